import { type ArtifactStore, type CallOptions, decodeTextRevision, type TextRevision } from "@groundwork/contracts";

interface Entry {
  readonly revision: TextRevision;
  readonly bytes: number;
}

/** Bytes of one element in memory beside its text, and of one box, roughly. */
const ELEMENT_BYTES = 400;
const BOX_BYTES = 100;

function sizeOf({ text, elements }: TextRevision): number {
  let boxes = 0;
  for (const element of elements)
    boxes += (element.boxes?.length ?? 0) + (element.times?.length ?? 0) + (element.marks?.length ?? 0);
  // The text is there twice: whole, and in the elements.
  return text.length * 4 + elements.length * ELEMENT_BYTES + boxes * BOX_BYTES;
}

/** Text revisions read from the artifact store, the least recently used dropped beyond a number of bytes. */
export class RevisionCache {
  readonly #artifacts: ArtifactStore;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(artifacts: ArtifactStore, capacity: number) {
    this.#artifacts = artifacts;
    this.#capacity = capacity;
  }

  /** `undefined` when the artifact is not there. Throws `STORE_CORRUPT` when it is damaged. */
  async get(artifact: string, options: CallOptions): Promise<TextRevision | undefined> {
    const known = this.#entries.get(artifact);
    if (known !== undefined) {
      this.#entries.delete(artifact);
      this.#entries.set(artifact, known);
      return known.revision;
    }
    const encoded = await this.#artifacts.get(artifact, options);
    if (encoded === undefined) return undefined;
    const revision = await decodeTextRevision(encoded);
    const bytes = sizeOf(revision);
    if (bytes <= this.#capacity && !this.#entries.has(artifact)) {
      this.#entries.set(artifact, { revision, bytes });
      this.#bytes += bytes;
      for (const [key, entry] of this.#entries) {
        if (this.#bytes <= this.#capacity) break;
        this.#entries.delete(key);
        this.#bytes -= entry.bytes;
      }
    }
    return revision;
  }
}
