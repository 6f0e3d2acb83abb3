import { Trait } from "./characters.ts";
import { type Line, lineOf } from "./lines.ts";
import type { Area } from "./page-content.ts";
import type { Word } from "./words.ts";

/** Puts a "•" before each line that has a drawn dot in front of it, at the height of its small letters. */
export function attachBullets(lines: readonly Line[], dots: readonly Area[]): Line[] {
  if (dots.length === 0) return [...lines];
  return lines.map((line) => {
    const dot = dots.find((candidate) => isBefore(candidate, line));
    const [first] = line.words;
    if (dot === undefined || first === undefined) return line;
    const { left, right } = dot;
    const { top, bottom, baseline, style, tag } = first;
    const bullet: Word = {
      left,
      right,
      top,
      bottom,
      baseline,
      style,
      text: "•",
      traits: Trait.notLowerLatin,
      spaced: true,
      tag,
    };
    return lineOf([bullet, ...line.words]);
  });
}

function isBefore(dot: Area, { left, baseline, style }: Line): boolean {
  const gap = left - dot.right;
  const rise = baseline - (dot.top + dot.bottom) / 2;
  const isSmall = dot.right - dot.left < 0.7 * style.size;
  return (
    isSmall && gap > 0.1 * style.size && gap < 2.2 * style.size && rise > 0.05 * style.size && rise < 0.6 * style.size
  );
}
