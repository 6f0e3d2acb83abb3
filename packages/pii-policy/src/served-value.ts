import type { PiiActionName } from "@groundwork/contracts";
import { generalizeValue } from "./generalize-value.ts";
import { maskValue } from "./mask-value.ts";
import { type PiiPolicy, ruleOf } from "./pii-policy.ts";

export interface ServedValue {
  readonly action: PiiActionName;
  /** Absent: the audience sees the token that stands in the text. */
  readonly text?: string;
}

/**
 * What an audience sees of a value that is kept in a vault: all of it, a masked or coarser form, the name of its type, or (`hash`,
 * `pseudonymize`) no more than everybody.
 */
export function servedValue(
  audience: Pick<PiiPolicy, "otherwise" | "types">,
  type: string,
  value: string,
): ServedValue {
  const { action, keepLast } = ruleOf(audience, type);
  switch (action) {
    case "keep":
      return { action, text: value };
    case "mask":
      return { action, text: maskValue(value, keepLast) };
    case "redact":
      return { action, text: `[${type}]` };
    case "generalize":
      return { action, text: generalizeValue(type, value) ?? `[${type}]` };
    default:
      return { action };
  }
}
