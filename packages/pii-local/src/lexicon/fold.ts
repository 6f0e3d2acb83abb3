const BEYOND_ASCII = /[^ -~]/;
const MARK = /\p{M}/gu;

/** The form under which words are looked up: lower case, without accents, with straight apostrophes. */
export function fold(word: string): string {
  const lower = word.toLowerCase();
  return BEYOND_ASCII.test(lower) ? lower.normalize("NFD").replace(MARK, "").replace(/[’ʼ]/g, "'") : lower;
}
