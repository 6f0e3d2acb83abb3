import { GroundworkError } from "@groundwork/contracts";

export interface ArchiveLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  readonly maxRatio: number;
}

/** Small archives of blanks pack very well: the ratio counts from here. Bytes. */
const RATIO_FROM = 10_000_000;

const bomb = (what: string, limit: number, name: string): GroundworkError =>
  new GroundworkError(
    "ARCHIVE_BOMB",
    `Expected an archive with at most ${limit} ${what}, found more. Raise ${name} if the archive is trusted.`,
  );

/** Counts what an archive unpacks to, and stops it before memory does. What a directory claims is not believed. */
export class ArchiveBudget {
  readonly #limits: ArchiveLimits;
  readonly #packed: number;
  #entries = 0;
  #total = 0;

  constructor(limits: ArchiveLimits, packedBytes: number) {
    this.#limits = limits;
    this.#packed = packedBytes;
  }

  addEntry(): void {
    this.#entries++;
    if (this.#entries > this.#limits.maxEntries) throw bomb("entries", this.#limits.maxEntries, "maxEntries");
  }

  /** Counts bytes as they are unpacked, whether they are kept or not. */
  addBytes(bytes: number): void {
    this.#total += bytes;
    const { maxTotalBytes, maxRatio } = this.#limits;
    if (this.#total > maxTotalBytes) throw bomb("bytes in all", maxTotalBytes, "maxTotalBytes");
    if (this.#total > RATIO_FROM && this.#total > this.#packed * maxRatio) {
      throw bomb("bytes per packed byte", maxRatio, "maxRatio");
    }
  }

  /** Gathers one member. */
  async gather(pieces: AsyncIterable<Uint8Array>, isCounted = true): Promise<Uint8Array> {
    const kept: Uint8Array[] = [];
    let size = 0;
    for await (const piece of pieces) {
      size += piece.length;
      if (isCounted) this.addBytes(piece.length);
      if (size > this.#limits.maxEntryBytes)
        throw bomb("bytes in one member", this.#limits.maxEntryBytes, "maxEntryBytes");
      kept.push(piece);
    }
    return new Uint8Array(Buffer.concat(kept));
  }

  /** Refuses what a directory itself calls too big. */
  checkStated(bytes: number): void {
    if (bytes > this.#limits.maxEntryBytes)
      throw bomb("bytes in one member", this.#limits.maxEntryBytes, "maxEntryBytes");
  }
}
