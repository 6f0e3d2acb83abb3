/**
 * Letters of other scripts that look like a Latin one, by that letter. The common ones in running text; written by us from
 * the shapes, each letter as it is printed in usual fonts.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: "аɑα",
  b: "Ьƅ",
  c: "сϲⅽ",
  d: "ԁⅾ",
  e: "еҽ",
  f: "ƒ",
  g: "ɡց",
  h: "һ",
  i: "іιӏⅰ",
  j: "јϳ",
  k: "κ",
  l: "ⅼ",
  m: "ⅿ",
  n: "ո",
  o: "оοօ",
  p: "рρ",
  q: "ԛ",
  r: "г",
  s: "ѕ",
  t: "τ",
  u: "սυ",
  v: "νѵⅴ",
  w: "ԝѡ",
  x: "хχⅹ",
  y: "уγ",
  z: "ᴢ",
  A: "АΑ",
  B: "ВΒ",
  C: "СϹⅭ",
  D: "Ⅾ",
  E: "ЕΕ",
  F: "Ϝ",
  G: "Ԍ",
  H: "НΗ",
  I: "ІΙӀ",
  J: "Ј",
  K: "КΚ",
  L: "Ⅼ",
  M: "МΜⅯ",
  N: "Ν",
  O: "ОΟՕ",
  P: "РΡ",
  Q: "Ԛ",
  S: "Ѕ",
  T: "ТΤ",
  V: "ѴⅤ",
  W: "Ԝ",
  X: "ХΧ",
  Y: "УΥҮ",
  Z: "Ζ",
};

const LATIN: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOKALIKES).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/** The Latin letter that a letter of another script looks like. */
export function latinLookalike(character: string): string | undefined {
  return LATIN.get(character);
}
