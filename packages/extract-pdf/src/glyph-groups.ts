import { Trait } from "./characters.ts";
import { type GlyphTable, Mark } from "./glyph-table.ts";

/** Glyphs that are judged together, by their first and the one after their last. */
export interface GlyphGroup {
  readonly from: number;
  readonly to: number;
}

/** A gap (em) between glyphs that may belong to different words. */
const WORD_GAP = 0.15;
/** Longer runs are no words: a part of them may differ from the rest. */
const MAX_GROUP = 24;

/** Cuts glyphs into words as far as the text layer tells them; signs of scripts without spaces stand alone. */
export function glyphGroups(glyphs: GlyphTable): GlyphGroup[] {
  const groups: GlyphGroup[] = [];
  let from = 0;
  for (let index = 1; index <= glyphs.count; index++) {
    if (index < glyphs.count && index - from < MAX_GROUP && belongs(glyphs, index)) continue;
    groups.push({ from, to: index });
    from = index;
  }
  return groups;
}

function belongs(glyphs: GlyphTable, index: number): boolean {
  const { marks, traits, styles, left, top, right, bottom } = glyphs;
  const last = index - 1;
  if ((marks[index]! & Mark.spaceBefore) !== 0) return false;
  if (((traits[last]! | traits[index]!) & Trait.ideographic) !== 0) return false;
  const across = Math.max(left[index]! - right[last]!, left[last]! - right[index]!);
  const along = Math.max(top[index]! - bottom[last]!, top[last]! - bottom[index]!);
  return Math.max(across, along) <= WORD_GAP * styles[index]!.size;
}
