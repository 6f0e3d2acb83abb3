import { hash } from "node:crypto";

function digest(parts: readonly string[], length: number): string {
  return hash("sha256", joined(parts), "hex").slice(0, length);
}

function joined(parts: readonly string[]): string {
  let text = "";
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
  return text;
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

/** What the ids of the chunks of one revision have in common: they are made one after the other. */
let common = { revisionId: "", chunkerFingerprint: "", text: joined(["chunk", "", ""]) };

export function chunkIdOf(revisionId: string, chunkerFingerprint: string, ordinal: number): string {
  if (common.revisionId !== revisionId || common.chunkerFingerprint !== chunkerFingerprint)
    common = { revisionId, chunkerFingerprint, text: joined(["chunk", revisionId, chunkerFingerprint]) };
  const number = String(ordinal);
  return `chk_${hash("sha256", `${common.text}${number.length}:${number}`, "hex").slice(0, 24)}`;
}

/** `content_hash`: hash of the exact input of the embedder. */
export function contentHashOf(context: string, text: string): string {
  return digest(["embedder-input", context, text], 32);
}
