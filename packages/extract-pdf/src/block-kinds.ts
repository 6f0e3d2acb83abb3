import type { Block } from "./blocks.ts";
import type { Rule } from "./page-content.ts";
import { continuesColumn } from "./paragraphs.ts";

const CAPTION =
  /^(?:fig(?:ure|\.)?|table|tab\.|abb(?:ildung|\.)?|tabelle|tableau|figura|tabla|chart|exhibit|plate|scheme|listing|algorithm|photo|map|box|diagram|graph)\s*(?:[\dIVX]+|[A-Z])(?:[.\-–]\d+)*[a-z]?(\s*[.:|–—-])?(?:\s|$)/iu;
const FOOTNOTE_MARK = /^(?:\d{1,3}|[*∗†‡§¶#]{1,3}|[a-z])$/u;

/** What captions and footnotes are told by, beside the block itself. */
export interface KindContext {
  /** Points. */
  readonly bodySize: number;
  readonly rules: readonly Rule[];
  /** Of the page in its reading frame. */
  readonly height: number;
}

/** Marks captions and footnotes; footnotes move to the end of the page. */
export function assignKinds(blocks: readonly Block[], context: KindContext): Block[] {
  const assigned = blocks.map((block): Block => {
    if (block.kind === "text" && isCaption(block, context.bodySize)) return { ...block, kind: "caption" };
    return isFootnote(block, context) ? asFootnote(block) : block;
  });
  const body = assigned.filter((block) => block.kind !== "footnote");
  return [...body, ...assigned.filter((block) => block.kind === "footnote")];
}

/** A sentence may begin with "Figure 3 shows": a caption has a sign after its number, or type of its own. */
function isCaption(block: Block, bodySize: number): boolean {
  const [first] = block.lines;
  if (first === undefined || block.lines.length > 14) return false;
  const match = CAPTION.exec(first.text);
  if (match === null) return false;
  const rest = first.text.slice(match[0].length);
  if (match[1] !== undefined || rest === "") return true;
  const ownType = block.style.size < 0.95 * bodySize || first.words[0]!.style.bold || first.words[0]!.style.italic;
  return ownType && /^[\p{Lu}(“"]/u.test(rest);
}

function isFootnote(block: Block, { bodySize, rules, height }: KindContext): boolean {
  const [first] = block.lines;
  if (first === undefined || block.kind === "table" || block.turn !== 0 || block.top < 0.45 * height) return false;
  if (block.style.size > 0.96 * bodySize) return false;
  const [mark, next] = first.words;
  const isMarked =
    mark !== undefined &&
    next !== undefined &&
    FOOTNOTE_MARK.test(mark.text) &&
    (mark.style.size < 0.85 * next.style.size || /^[*∗†‡§¶]/u.test(mark.text));
  if (isMarked) return true;
  const underRule = rules.some(
    (rule) =>
      rule.orientation === "horizontal" &&
      rule.at < first.top + 2 &&
      rule.at > first.top - 1.5 * first.style.size &&
      rule.to - rule.from > 20 &&
      rule.to - rule.from < 220 &&
      Math.abs(rule.from - block.left) < 2 * first.style.size,
  );
  return underRule && block.style.size < 0.92 * bodySize && /^(?:\d{1,3}|[*∗†‡§])/u.test(first.text);
}

function asFootnote({ marker: _marker, ...block }: Block): Block {
  return { ...block, kind: "footnote" };
}

/** Blocks between the halves of a paragraph that are looked over. */
const MAX_BETWEEN = 14;

/** Joins a paragraph that a column's end, a figure or a table interrupts with its second half. */
export function joinInterrupted(blocks: readonly Block[]): Block[] {
  const result: (Block | undefined)[] = [...blocks];
  for (let index = 0; index < result.length; index++) {
    for (let again = true; again; ) {
      again = false;
      const open = result[index];
      if (open === undefined || !isOpen(open)) break;
      for (let later = index + 1; later < Math.min(result.length, index + MAX_BETWEEN); later++) {
        const candidate = result[later];
        if (candidate === undefined) continue;
        if (isSecondHalf(open, candidate)) {
          result[index] = {
            ...open,
            lines: [...open.lines, ...candidate.lines],
            breaks: joinedBreaks(open, candidate),
          };
          result[later] = undefined;
          again = true;
          break;
        }
        if (!mayInterrupt(candidate, open)) break;
      }
    }
  }
  return result.filter((block) => block !== undefined);
}

/** Ends without a full stop on a line that fills its column. */
function isOpen(block: Block): boolean {
  if (block.kind !== "text" && block.kind !== "list_item") return false;
  const last = block.lines.at(-1)!;
  if (/[.!?:;]["'”’)\]]*\d*$/.test(last.text)) return false;
  return (
    block.lines.length === 1 || last.right > Math.max(...block.lines.map((line) => line.right)) - 2 * last.style.size
  );
}

function isSecondHalf(open: Block, next: Block): boolean {
  if (next.kind !== "text" || next.turn !== open.turn) return false;
  const last = open.lines.at(-1)!;
  const first = next.lines[0]!;
  if (last.style.font !== first.style.font && open.style.font !== next.style.font) return false;
  if (open.lines.length === 1 && next.lines.length === 1) return false;
  const width = Math.max(open.right - open.left, next.right - next.left);
  const narrow = Math.min(open.right - open.left, next.right - next.left);
  return narrow > 0.3 * width && continuesColumn(last, first);
}

/** Figures' labels, captions, tables and footnotes stand between the halves of a paragraph; other paragraphs do not. */
function mayInterrupt(block: Block, open: Block): boolean {
  if (block.kind === "table" || block.kind === "caption" || block.kind === "footnote") return true;
  const other =
    Math.abs(block.style.size - open.style.size) > 0.06 * open.style.size || block.style.font !== open.style.font;
  return other && block.kind === "text" && block.lines.length <= 3;
}

function joinedBreaks(open: Block, next: Block): ReadonlySet<number> {
  const breaks = new Set(open.breaks ?? []);
  for (const index of next.breaks ?? []) breaks.add(index + open.lines.length);
  return breaks;
}
