const LONGEST = 16;
/** By length and first letter, whatever its case. */
const placeAt = (length: number, first: number): number => (length << 5) | (first & 31);

/** Lower-case names, found where they stand in a text: cutting one out and hashing it costs more than what it is needed for. */
export class NameTable {
  readonly #byPlace: readonly (readonly string[] | undefined)[];

  constructor(names: Iterable<string>) {
    const byPlace: string[][] = [];
    for (const name of names) {
      if (name.length > LONGEST) throw new Error(`Expected at most ${LONGEST} characters, found ${name}.`);
      const place = placeAt(name.length, name.charCodeAt(0));
      byPlace[place] ??= [];
      byPlace[place].push(name);
    }
    this.#byPlace = Array.from({ length: (LONGEST + 1) << 5 }, (_, place) => byPlace[place]);
  }

  /** Whether the stretch may be one of the names, in whatever case. False only where it is none. */
  mayHold(source: string, start: number, end: number): boolean {
    return end - start <= LONGEST && this.#byPlace[placeAt(end - start, source.charCodeAt(start))] !== undefined;
  }

  /** The name that stands there in lower case, always as the same string. */
  find(source: string, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > LONGEST) return undefined;
    const names = this.#byPlace[placeAt(length, source.charCodeAt(start))];
    if (names === undefined) return undefined;
    for (const name of names) {
      let at = 0;
      while (at < length && source.charCodeAt(start + at) === name.charCodeAt(at)) at++;
      if (at === length) return name;
    }
    return undefined;
  }
}
