import type { PiiEntity } from "@aws-sdk/client-comprehend";
import { GroundworkError } from "@groundwork/contracts";

/** What a job says of one document. */
export type DocumentOutput = { readonly entities: readonly PiiEntity[] } | { readonly errorCode: string };

interface OutputLine {
  readonly Entities?: readonly PiiEntity[];
  readonly Line?: number;
  readonly ErrorCode?: string;
}

/**
 * Reads an output file: JSON lines, each with the number of the input's line where the input had one document a line.
 *
 * @throws GroundworkError `UNAVAILABLE` for a file that is no such output.
 */
export function parseJobOutput(body: Uint8Array): Map<number, DocumentOutput> {
  const outputs = new Map<number, DocumentOutput>();
  for (const line of Buffer.from(body).toString("utf8").split("\n")) {
    if (line.trim() === "") continue;
    let output: OutputLine;
    try {
      output = JSON.parse(line) as OutputLine;
    } catch {
      throw new GroundworkError("UNAVAILABLE", "Expected JSON lines as the output of a job, found something else.", {
        driver: "pii-comprehend",
      });
    }
    const { Line = 0, Entities, ErrorCode } = output;
    if (ErrorCode !== undefined) outputs.set(Line, { errorCode: ErrorCode });
    else if (Array.isArray(Entities)) outputs.set(Line, { entities: Entities });
  }
  return outputs;
}

/** The typed error of a document that a job could not read. */
export function documentError(errorCode: string | undefined): GroundworkError {
  const isInternal = errorCode === undefined || errorCode.includes("INTERNAL");
  const named = errorCode !== undefined && /^\w{1,64}$/.test(errorCode) ? errorCode : "no result";
  return new GroundworkError(
    isInternal ? "UNAVAILABLE" : "INVALID_ARGUMENT",
    `Expected findings for a text of the job, found ${named}. ${isInternal ? "Ask for this text again." : "Look at this text."}`,
    { driver: "pii-comprehend", retryable: isInternal },
  );
}
