import { hash } from "node:crypto";

function digest(parts: readonly string[], length: number): string {
  let joined = "";
  for (const part of parts) joined += `${Buffer.byteLength(part)}:${part}`;
  return hash("sha256", joined, "hex").slice(0, length);
}

/** Hash of named parts that cannot be confused by where one ends and the next begins. 64 hex digits unless told. */
export function stableHash(parts: readonly string[], length = 64): string {
  return digest(parts, length);
}

/** JSON with sorted keys, so that equal values have equal texts. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
}

/** Identity of a document: its source and its key inside it, never a path of one machine. */
export function documentIdOf(sourceId: string, key: string): string {
  return `doc_${digest(["document", sourceId, key], 24)}`;
}

/** Key of an attachment or archive member: the parent's key, `!/`, the member's name. */
export function childKey(parentKey: string, name: string): string {
  return `${parentKey}!/${name}`;
}

export function chunkIdOf(revisionId: string, chunkerFingerprint: string, ordinal: number): string {
  return `chk_${digest(["chunk", revisionId, chunkerFingerprint, String(ordinal)], 24)}`;
}

/** `content_hash`: hash of the exact input of the embedder. */
export function contentHashOf(context: string, text: string): string {
  return digest(["embedder-input", context, text], 32);
}
