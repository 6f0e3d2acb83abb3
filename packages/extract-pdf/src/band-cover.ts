/** A white vertical stripe, or a covered one. */
export interface Stripe {
  readonly left: number;
  readonly right: number;
}

/** What the gutters of a band come from as it grows: its items' sizes in order, and the stripes that they cover. */
export class BandCover {
  readonly #sizes: number[] = [];
  readonly #covered: Stripe[] = [];

  add({ left, right, size }: Stripe & { readonly size: number }): void {
    let at = this.#sizes.length;
    while (at > 0 && this.#sizes[at - 1]! > size) at--;
    if (at === this.#sizes.length) this.#sizes.push(size);
    else this.#sizes.splice(at, 0, size);
    this.#cover(left, right);
  }

  /** 10 when nothing was added. */
  get medianSize(): number {
    return this.#sizes[this.#sizes.length >> 1] ?? 10;
  }

  /** White stripes inside what is covered, at least `least` wide. */
  gaps(least: number): Stripe[] {
    const gaps: Stripe[] = [];
    for (let index = 1; index < this.#covered.length; index++) {
      const left = this.#covered[index - 1]!.right;
      const right = this.#covered[index]!.left;
      if (right - left >= least) gaps.push({ left, right });
    }
    return gaps;
  }

  #cover(left: number, right: number): void {
    const covered = this.#covered;
    let from = 0;
    while (from < covered.length && covered[from]!.right < left) from++;
    let to = from;
    let start = left;
    let end = right;
    for (; to < covered.length && covered[to]!.left <= right; to++) {
      start = Math.min(start, covered[to]!.left);
      end = Math.max(end, covered[to]!.right);
    }
    const only = covered[from];
    if (to === from + 1 && only !== undefined && only.left === start && only.right === end) return;
    covered.splice(from, to - from, { left: start, right: end });
  }
}
