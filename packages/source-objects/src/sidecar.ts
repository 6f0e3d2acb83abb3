import type { Attributes, AttributeValue, Permissions } from "@groundwork/contracts";

/** What follows the name of an object in the name of its sidecar, as Amazon Bedrock knowledge bases have it. */
export const SIDECAR_SUFFIX = ".metadata.json";

/** Bytes. Bedrock takes 10 KB. */
export const MAX_SIDECAR_BYTES: number = 64 * 1024;

export interface Sidecar {
  readonly attributes: Attributes;
  readonly permissions?: Permissions;
}

/**
 * Reads `{"metadataAttributes": {name: value}}`, where a value is a string, number, boolean, list of strings, or Bedrock's
 * typed form `{"value": {"type": "STRING", "stringValue": ...}}`. `_allow` and `_deny` are lists of principals. `undefined` when
 * it is none of this: then nobody knows who may read the object.
 */
export function parseSidecar(text: string): Sidecar | undefined {
  const members = parseMembers(text);
  if (members === undefined) return undefined;
  const attributes: Record<string, AttributeValue> = {};
  let allow: readonly string[] | undefined;
  let deny: readonly string[] | undefined;
  for (const [name, member] of Object.entries(members)) {
    const value = attributeValue(member);
    if (name === "_allow" || name === "_deny") {
      if (!Array.isArray(value)) return undefined;
      if (name === "_allow") allow = value;
      else deny = value;
    } else if (value === undefined) {
      return undefined;
    } else {
      Object.defineProperty(attributes, name, { value, enumerable: true, writable: true, configurable: true });
    }
  }
  if (allow === undefined && deny === undefined) return { attributes };
  return { attributes, permissions: { allow: allow ?? [], ...(deny === undefined ? {} : { deny }) } };
}

function parseMembers(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    const members = (json as { metadataAttributes?: unknown } | null)?.metadataAttributes;
    return typeof members === "object" && members !== null && !Array.isArray(members) ? members : undefined;
  } catch {
    return undefined;
  }
}

function attributeValue(member: unknown): AttributeValue | undefined {
  if (typeof member === "string" || typeof member === "boolean") return member;
  if (typeof member === "number") return Number.isFinite(member) ? member : undefined;
  if (Array.isArray(member)) return member.every((item) => typeof item === "string") ? (member as string[]) : undefined;
  const typed = (member as { value?: unknown } | null)?.value;
  if (typeof typed !== "object" || typed === null) return undefined;
  const { type, stringValue, numberValue, booleanValue, stringListValue } = typed as Record<string, unknown>;
  if (type === "STRING") return typeof stringValue === "string" ? stringValue : undefined;
  if (type === "NUMBER") return typeof numberValue === "number" ? numberValue : undefined;
  if (type === "BOOLEAN") return typeof booleanValue === "boolean" ? booleanValue : undefined;
  if (type === "STRING_LIST") return Array.isArray(stringListValue) ? attributeValue(stringListValue) : undefined;
  return undefined;
}
