import { traitsOf } from "./characters.ts";
import { type Line, lineOf } from "./lines.ts";
import { unite } from "./page-content.ts";

/** A first letter that reaches over several lines is at least this many times as large as the text it begins. */
const MIN_RATIO = 1.7;

/** Gives large initials back to the line whose first word they begin. */
export function attachDropCaps(lines: readonly Line[]): Line[] {
  const initials = lines.filter((line) => /^["“‘]?\p{Lu}$/u.test(line.text));
  if (initials.length === 0) return [...lines];
  const result = new Map(lines.map((line) => [line, line]));
  for (const initial of initials) {
    const target = lines.find((line) => isBeside(line, initial));
    if (target === undefined) continue;
    const [first, ...rest] = target.words;
    const area = unite(first!, { ...initial, top: first!.top, bottom: first!.bottom });
    const text = initial.text + first!.text;
    result.set(target, lineOf([{ ...first!, ...area, text, traits: traitsOf(text) }, ...rest]));
    result.delete(initial);
  }
  return [...result.values()];
}

/** The line at the head of the letter, right of it. */
function isBeside(line: Line, initial: Line): boolean {
  const { size } = line.style;
  if (line === initial || initial.style.size < MIN_RATIO * size) return false;
  if (!/^[\p{L}’']/u.test(line.text)) return false;
  const gap = line.left - initial.right;
  const capTop = initial.baseline - 0.72 * initial.style.size;
  return (
    gap > -0.4 * size &&
    gap < 1.2 * size &&
    Math.abs(line.baseline - 0.7 * size - capTop) < 0.7 * size &&
    line.baseline < initial.baseline + 2
  );
}
