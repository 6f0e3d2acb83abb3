import {
  type DocumentContent,
  type DocumentElement,
  type Extractor,
  GroundworkError,
  type ListingItem,
  type Source,
  type SourceObject,
  stableHash,
} from "@groundwork/contracts";
import type { RetrievalSet } from "./retrieval-set.ts";

/** Media type of one passage as JSON: `{ "title", "text" }`. */
export const PASSAGE_MEDIA_TYPE = "application/vnd.groundwork.passage+json";

function contentOf(bytes: Uint8Array): DocumentContent {
  return {
    size: bytes.length,
    bytes: async () => bytes,
    async *stream() {
      yield bytes;
    },
  };
}

/** The passages of a set as documents of a source in memory; the passage id is the key. */
export function passageSource(set: RetrievalSet): Source {
  const encoder = new TextEncoder();
  const objects = new Map(
    set.passages.map((passage) => [
      passage.id.normalize("NFC"),
      encoder.encode(JSON.stringify({ title: passage.title, text: passage.text })),
    ]),
  );
  const keys = [...objects.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    sourceId: `bench:${set.name}`,
    async *list(): AsyncGenerator<ListingItem> {
      for (const key of keys) {
        const bytes = objects.get(key)!;
        const hint = stableHash([new TextDecoder().decode(bytes)], 24);
        yield { object: { key, uri: `bench:${set.name}/${key}`, size: bytes.length, hint } };
      }
      yield { end: { complete: true } };
    },
    async open(object: SourceObject) {
      const bytes = objects.get(object.key);
      if (bytes === undefined) throw new GroundworkError("NOT_FOUND", `The set has no passage "${object.key}".`);
      return contentOf(bytes);
    },
  };
}

/** Reads one passage: its title as metadata, its lines as paragraphs. */
export function passageExtractor(): Extractor {
  return {
    identity: { name: "bench-passage", revision: "1" },
    mediaTypes: [PASSAGE_MEDIA_TYPE],
    async *extract(document, options) {
      const bytes = await document.content.bytes(options);
      const { title, text } = JSON.parse(new TextDecoder().decode(bytes)) as { title: string; text: string };
      if (title !== "") yield { type: "metadata", metadata: { title } };
      const elements: DocumentElement[] = text
        .normalize("NFC")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((line) => ({ kind: "paragraph", text: line }));
      // A passage that is only its title is still a passage.
      yield { type: "elements", elements: elements.length > 0 ? elements : [{ kind: "paragraph", text: title }] };
    },
  };
}
