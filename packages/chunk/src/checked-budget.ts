import { GroundworkError } from "@groundwork/contracts";

/** Throws `INVALID_ARGUMENT`. */
export function checkedBudget(name: string, tokens: number, least: number): number {
  if (!Number.isInteger(tokens) || tokens < least)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected ${name} to be a whole number from ${least}, found ${tokens}.`,
      {
        stage: "chunk",
      },
    );
  return tokens;
}
