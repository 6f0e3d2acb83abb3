import { type ErrorCode, GroundworkError } from "@groundwork/contracts";

/** Awaits a rejection and checks that it is a typed error with one of the codes. Returns it for further checks. */
export async function expectError(
  work: () => Promise<unknown>,
  ...codes: readonly ErrorCode[]
): Promise<GroundworkError> {
  try {
    await work();
  } catch (error) {
    if (!GroundworkError.isInstance(error))
      throw new Error(`expected a GroundworkError, found ${String(error)}`, { cause: error });
    if (codes.length > 0 && !codes.includes(error.code))
      throw new Error(`expected code ${codes.join(" or ")}, found ${error.code}`, { cause: error });
    return error;
  }
  throw new Error(
    `expected an error${codes.length > 0 ? ` with code ${codes.join(" or ")}` : ""}, but the call succeeded`,
  );
}
