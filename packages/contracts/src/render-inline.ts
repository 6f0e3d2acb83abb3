import type { TextMark, TextMarkKind } from "./element.ts";
import { sliceMarks, tidyMarks } from "./text-marks.ts";

/** What stands around a mark of one kind. Links and code are written apart. */
const DELIMITERS: Readonly<Partial<Record<TextMarkKind, readonly [string, string]>>> = {
  strong: ["**", "**"],
  emphasis: ["*", "*"],
  strikethrough: ["~~", "~~"],
  superscript: ["<sup>", "</sup>"],
  subscript: ["<sub>", "</sub>"],
};

/** Marks that open at one place: the outer first. */
const OUTER_FIRST: readonly TextMarkKind[] = [
  "link",
  "strong",
  "emphasis",
  "strikethrough",
  "superscript",
  "subscript",
  "code",
];

/** Rounds of leaving out what CommonMark would not read; then all that is left of it is left out. */
const MOST_ROUNDS = 4;

const rank = (mark: TextMark): number => OUTER_FIRST.indexOf(mark.kind);
const isRaised = (mark: TextMark): boolean => mark.kind === "superscript" || mark.kind === "subscript";
const isDelimited = (mark: TextMark): boolean => DELIMITERS[mark.kind] !== undefined;

/** Addresses as CommonMark reads them between parentheses. */
function linkAddress(href: string): string {
  return href.trim().replace(/[\s()<>\p{Cc}]/gu, (character) => {
    return /\p{Cc}/u.test(character) ? "" : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** A link whose text is its address needs no more than its text: readers make it a link. */
function isOwnText(text: string, href: string): boolean {
  return text === href || text === href.replace(/^mailto:/i, "") || `${text}/` === href;
}

const isApart = (a: TextMark, b: TextMark): boolean => a.end <= b.start || a.start >= b.end;
const contains = (outer: TextMark, inner: TextMark): boolean => outer.start <= inner.start && outer.end >= inner.end;

/** The parts of a mark that may stand beside, around and (in a link) inside of a block that is not cut. */
function partsAround(mark: TextMark, block: TextMark): TextMark[] {
  const isLink = block.kind === "link";
  if (isApart(mark, block) || contains(mark, block) || (isLink && contains(block, mark))) return [mark];
  const before = { ...mark, end: Math.min(mark.end, block.start) };
  const inside = { ...mark, start: Math.max(mark.start, block.start), end: Math.min(mark.end, block.end) };
  const after = { ...mark, start: Math.max(mark.start, block.end) };
  return [before, ...(isLink ? [inside] : []), after].filter((part) => part.start < part.end);
}

/** Links and code may not be cut: other marks are cut where these begin and end. Code that crosses a link gives way. */
function cutAround(marks: readonly TextMark[], text: string): TextMark[] {
  const links = marks.filter((mark) => mark.kind === "link");
  const code = marks.filter(
    (mark) => mark.kind === "code" && links.every((link) => isApart(link, mark) || contains(link, mark)),
  );
  const blocks = [...links, ...code];
  const others = marks
    .filter(isDelimited)
    .flatMap((mark) => blocks.reduce((parts, block) => parts.flatMap((part) => partsAround(part, block)), [mark]));
  return [...blocks, ...others.flatMap((part) => tidyMarks(text, [part]))];
}

/** Cuts what crosses, so that every mark lies inside another or beside it. */
function nest(marks: readonly TextMark[], text: string): TextMark[] {
  const waiting = [...marks].sort((a, b) => a.start - b.start || b.end - a.end || rank(a) - rank(b));
  const nested: TextMark[] = [];
  const open: TextMark[] = [];
  while (waiting.length > 0) {
    const mark = waiting.shift()!;
    while (open.length > 0 && open[open.length - 1]!.end <= mark.start) open.pop();
    const around = open[open.length - 1];
    if (around === undefined || mark.end <= around.end) {
      nested.push(mark);
      open.push(mark);
      continue;
    }
    const inside = { ...mark, end: around.end };
    nested.push(inside);
    open.push(inside);
    // The delimiters of two marks that touch would run together: only a part after a blank is marked again.
    const rest = text.slice(around.end, mark.end);
    const start = around.end + (rest.length - rest.trimStart().length);
    if (start === around.end || start >= mark.end) continue;
    const after = { ...mark, start };
    const at = waiting.findIndex((other) => other.start > start || (other.start === start && other.end < after.end));
    waiting.splice(at < 0 ? waiting.length : at, 0, after);
  }
  return nested;
}

interface Delimiter {
  readonly mark: TextMark;
  readonly isOpening: boolean;
  /** In the rendered line. */
  readonly at: number;
}

interface Written {
  readonly line: string;
  readonly delimiters: readonly Delimiter[];
}

function codeFence(code: string): string {
  let fence = "`";
  while (code.includes(fence)) fence += "`";
  return fence;
}

/** Writes nested marks into a line. */
function write(text: string, marks: readonly TextMark[]): Written {
  let line = "";
  let from = 0;
  const delimiters: Delimiter[] = [];
  const open: TextMark[] = [];
  const close = (upTo: number): void => {
    while (open.length > 0 && open[open.length - 1]!.end <= upTo) {
      const mark = open.pop()!;
      line += text.slice(from, mark.end);
      from = mark.end;
      if (mark.kind === "link") line += `](${linkAddress(mark.href ?? "")})`;
      else if (mark.kind === "code") {
        const code = text.slice(mark.start, mark.end);
        line += `${code.endsWith("`") ? " " : ""}${codeFence(code)}`;
      } else {
        delimiters.push({ mark, isOpening: false, at: line.length });
        line += DELIMITERS[mark.kind]![1];
      }
    }
  };
  for (const mark of marks) {
    close(mark.start);
    line += text.slice(from, mark.start);
    from = mark.start;
    if (mark.kind === "link") line += "[";
    else if (mark.kind === "code") {
      const code = text.slice(mark.start, mark.end);
      line += `${codeFence(code)}${code.startsWith("`") ? " " : ""}`;
    } else {
      delimiters.push({ mark, isOpening: true, at: line.length });
      line += DELIMITERS[mark.kind]![0];
    }
    open.push(mark);
  }
  close(text.length);
  return { line: line + text.slice(from), delimiters };
}

const PUNCTUATION = /[\p{P}\p{S}]/u;

/** Whether CommonMark takes the delimiter for what it is: its run of one character must hug the text on the right side. */
function isRead(line: string, { mark, isOpening, at }: Delimiter): boolean {
  const character = DELIMITERS[mark.kind]![0][0]!;
  if (character === "<") return true;
  let start = at;
  while (start > 0 && line[start - 1] === character) start--;
  let end = at;
  while (end < line.length && line[end] === character) end++;
  const before = start === 0 ? " " : String.fromCodePoint(lastCodePoint(line, start));
  const after = end === line.length ? " " : String.fromCodePoint(line.codePointAt(end)!);
  const [inner, outer] = isOpening ? [after, before] : [before, after];
  if (/\s/u.test(inner)) return false;
  return !PUNCTUATION.test(inner) || /\s/u.test(outer) || PUNCTUATION.test(outer);
}

function lastCodePoint(line: string, end: number): number {
  const low = line.charCodeAt(end - 1);
  return low >= 0xdc00 && low <= 0xdfff && end > 1 ? line.codePointAt(end - 2)! : low;
}

/** Takes the punctuation off an end that is not read, where something else is left. */
function shrink(text: string, mark: TextMark, isOpening: boolean): TextMark | undefined {
  const marked = text.slice(mark.start, mark.end);
  const kept = isOpening ? marked.replace(/^[\s\p{P}\p{S}]+/u, "") : marked.replace(/[\s\p{P}\p{S}]+$/u, "");
  if (kept === "" || kept === marked) return undefined;
  return isOpening ? { ...mark, start: mark.end - kept.length } : { ...mark, end: mark.start + kept.length };
}

function renderLine(text: string, given: readonly TextMark[]): string {
  const shown = given.filter((mark) => {
    const label = text.slice(mark.start, mark.end);
    if (isRaised(mark)) return /[\p{L}\p{N}]/u.test(label);
    if (mark.kind !== "link") return true;
    // Brackets that do not pair would end the link early.
    const isPaired = label.replace(/\[[^[\]]*\]/g, "").search(/[[\]]/) < 0;
    return isPaired && linkAddress(mark.href ?? "") !== "" && !isOwnText(label, mark.href ?? "");
  });
  let marks = cutAround(shown, text);
  for (let round = 0; ; round++) {
    const { line, delimiters } = write(text, nest(marks, text));
    const unread = delimiters.filter((delimiter) => !isRead(line, delimiter));
    if (unread.length === 0) return line;
    const failed = new Map(unread.map((delimiter) => [delimiter.mark, delimiter.isOpening]));
    // Nesting cuts marks into parts: a part that fails takes its mark along.
    marks = marks.flatMap((mark) => {
      for (const [part, isOpening] of failed) {
        if (part.kind !== mark.kind || part.start < mark.start || part.end > mark.end) continue;
        const smaller = round < MOST_ROUNDS ? shrink(text, part, isOpening) : undefined;
        return smaller === undefined || part.start !== mark.start || part.end !== mark.end ? [] : [smaller];
      }
      return [mark];
    });
  }
}

/**
 * A text with its marks as CommonMark (strikethrough as GitHub's): blanks stay outside of the delimiters, what crosses is
 * cut, and a mark that a reader of Markdown would not take for one is left out. The text itself is not escaped.
 */
export function renderInlineMarkdown(text: string, marks: readonly TextMark[] | undefined): string {
  if (marks === undefined || marks.length === 0) return text;
  let start = 0;
  return text
    .split("\n")
    .map((line) => {
      const own = tidyMarks(line, sliceMarks(marks, start, start + line.length));
      start += line.length + 1;
      return own.length === 0 ? line : renderLine(line, own);
    })
    .join("\n");
}
