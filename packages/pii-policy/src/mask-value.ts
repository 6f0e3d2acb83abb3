/** Letters and digits as `*`, all but the last `keepLast`; what stands between them stays. */
export function maskValue(value: string, keepLast: number): string {
  const characters = [...value];
  const total = characters.filter((character) => /[\p{L}\p{N}]/u.test(character)).length;
  // Never so much that little is masked.
  const kept = keepLast <= total / 2 ? keepLast : 0;
  let seen = 0;
  return characters
    .map((character) => {
      if (!/[\p{L}\p{N}]/u.test(character)) return character;
      seen++;
      return seen > total - kept ? character : "*";
    })
    .join("");
}
