import { createHmac } from "node:crypto";
import type { ProtectedFinding } from "@groundwork/contracts";
import { generalizeValue } from "./generalize-value.ts";
import { maskValue } from "./mask-value.ts";
import { normalizeValue } from "./normalize-value.ts";
import type { PiiKey } from "./pii-key.ts";
import { type PiiPolicy, ruleOf } from "./pii-policy.ts";
import { KeyedStream } from "./pseudonyms/keyed-stream.ts";
import { pseudonymOf } from "./pseudonyms/pseudonym.ts";

export interface ReplacedValue {
  readonly text: string;
  readonly action: ProtectedFinding["action"];
}

/** Hexadecimal digits of a hash that is shown: 48 bits. */
const HASH_DIGITS = 12;
/** Attempts at a pseudonym that is not the value itself. */
const ATTEMPTS = 8;

/** What stands in place of a value of a type; `undefined` when the policy keeps it. */
export type ReplaceValue = (type: string, value: string, score: number) => ReplacedValue | undefined;

/** Told of each value that a token can be traced back to. */
export type OnToken = (type: string, value: string, token: string) => void;

/** Names a value without telling it. */
export function subjectOf(policy: PiiPolicy, key: PiiKey): (type: string, value: string) => string {
  const hash = key.hasher(policy.scope ?? "default", "subject");
  return (type, value) => hash(type, normalizeValue(type, value)).toString("hex").slice(0, 32);
}

/** The function that carries a policy out. Values of one scope have one pseudonym, whatever document they stand in. */
export function valueReplacer(policy: PiiPolicy, key: PiiKey, onToken?: OnToken): ReplaceValue {
  const scope = policy.scope ?? "default";
  const hash = key.hasher(scope, "hash");
  const pseudonym = key.hasher(scope, "pseudonym");
  const streamOf = (type: string, value: string, attempt: number): KeyedStream => {
    const seed = pseudonym(type, value);
    return new KeyedStream((counter) => createHmac("sha256", seed).update(`${attempt}/${counter}`).digest());
  };
  const hashed = (type: string, value: string): string =>
    `[${type}:${hash(type, normalizeValue(type, value)).toString("hex").slice(0, HASH_DIGITS)}]`;
  const pseudonymized = (type: string, value: string): string => {
    const normal = normalizeValue(type, value);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = pseudonymOf(type, value, {
        value: () => streamOf(type, normal, attempt),
        word: (word) => streamOf("NAME", word, attempt),
      });
      if (found === undefined) break;
      if (normalizeValue(type, found) !== normal) return found;
    }
    return hashed(type, value);
  };
  const traced = (type: string, value: string, token: string): string => {
    onToken?.(type, value, token);
    return token;
  };
  return (type, value, score) => {
    const { action, minimumScore, keepLast } = ruleOf(policy, type);
    if (action === "keep" || score < minimumScore) return undefined;
    switch (action) {
      case "mask":
        return { action, text: maskValue(value, keepLast) };
      case "redact":
        return { action, text: `[${type}]` };
      case "hash":
        return { action, text: traced(type, value, hashed(type, value)) };
      case "pseudonymize":
        return { action, text: traced(type, value, pseudonymized(type, value)) };
      case "generalize":
        return { action, text: generalizeValue(type, value) ?? `[${type}]` };
    }
  };
}
