import { GroundworkError } from "@groundwork/contracts";

/** What was thrown as a typed error; anything unknown means that the file is damaged. */
export function corruptDocument(cause: unknown, finding: string): GroundworkError {
  return GroundworkError.from(cause, "CORRUPT_DOCUMENT", `${finding} Repair the file or fetch it again.`);
}

export function emptyDocument(): GroundworkError {
  return new GroundworkError("EMPTY_DOCUMENT", "Expected an office document, found a file of 0 bytes.");
}

export function passwordRequired(): GroundworkError {
  return new GroundworkError(
    "PASSWORD_REQUIRED",
    "Expected a readable document, found an encrypted one. Give its password (settings.password, or --password-file of the command) or save it without protection.",
  );
}

export function passwordIncorrect(): GroundworkError {
  return new GroundworkError(
    "PASSWORD_INCORRECT",
    "Expected the password that opens the document, found another. Give the right one.",
  );
}

export function unsupported(found: string): GroundworkError {
  return new GroundworkError(
    "UNSUPPORTED_MEDIA_TYPE",
    `Expected a Word, PowerPoint, Excel, OpenDocument or RTF file, found ${found}. Convert it to a supported format.`,
  );
}

export function tooLarge(what: string, limit: number): GroundworkError {
  return new GroundworkError(
    "DOCUMENT_TOO_LARGE",
    `Expected ${what} of at most ${limit} bytes, found a larger one. Split the document.`,
  );
}
