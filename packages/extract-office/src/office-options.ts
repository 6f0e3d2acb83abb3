import { GroundworkError } from "@groundwork/contracts";

export interface OfficeExtractorOptions {
  /**
   * What to do with sheets and slides that their author hid. `include` keeps them and sets the attribute `hidden` on
   * their elements; `exclude` leaves them out.
   * @default "include"
   */
  readonly hidden?: "include" | "exclude";
}

export type ResolvedOfficeOptions = Required<OfficeExtractorOptions>;

/** @throws INVALID_CONFIGURATION */
export function resolveOfficeOptions(options: OfficeExtractorOptions): ResolvedOfficeOptions {
  const { hidden = "include" } = options;
  if (hidden !== "include" && hidden !== "exclude") {
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `Expected option hidden to be "include" or "exclude", found ${JSON.stringify(hidden)}. Correct the option.`,
    );
  }
  return { hidden };
}
