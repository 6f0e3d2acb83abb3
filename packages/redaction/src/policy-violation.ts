import { GroundworkError } from "@groundwork/contracts";

/** A copy that must not be given out. `what` is a sentence and never quotes the document. */
export function policyViolation(what: string): GroundworkError {
  return new GroundworkError("PII_POLICY_VIOLATION", `The redacted copy was refused: ${what} Nothing was given out.`, {
    stage: "redact",
  });
}
