/** A stretch of a text and what stands in its place. UTF-16 offsets. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A text with stretches replaced, and where each place of the old text is in the new one. A place inside a stretch has no
 * counterpart: as a beginning it becomes the beginning of what replaced it, as an end its end, so that whatever covered a part
 * covers all of it.
 */
export class ReplacedText {
  readonly text: string;
  /** The stretches with their places in the new text, in order. */
  readonly replaced: readonly (Replacement & { readonly newStart: number; readonly newEnd: number })[];

  /** @param replacements In order and apart. */
  constructor(text: string, replacements: readonly Replacement[]) {
    let result = "";
    let from = 0;
    this.replaced = replacements.map((replacement) => {
      result += text.slice(from, replacement.start);
      const newStart = result.length;
      result += replacement.text;
      from = replacement.end;
      return { ...replacement, newStart, newEnd: result.length };
    });
    this.text = result + text.slice(from);
  }

  /** Where something that begins at `offset` begins now. */
  mapStart(offset: number): number {
    const before = this.#lastStartingBefore(offset + 1);
    if (before === undefined) return offset;
    if (offset < before.end) return before.newStart;
    return before.newEnd + (offset - before.end);
  }

  /** Where something that ends before `offset` ends now. */
  mapEnd(offset: number): number {
    const before = this.#lastStartingBefore(offset);
    if (before === undefined) return offset;
    if (offset <= before.end) return before.newEnd;
    return before.newEnd + (offset - before.end);
  }

  /** The last stretch that starts before a place. */
  #lastStartingBefore(offset: number): (typeof this.replaced)[number] | undefined {
    let [low, high] = [0, this.replaced.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.replaced[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return this.replaced[low - 1];
  }
}
