import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { cleanText, type Line, type TextInput, textLines } from "./text-input.ts";

/** A paragraph longer than this is cut: texts without blank lines exist. */
const MOST_LINES = 400;
const MOST_CHARACTERS = 20_000;

const BULLET = /^(\s*)([-*+•·▪◦‣●○–])\s+(\S.*)$/;
const NUMBER = /^(\s*)(\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s+(\S.*)$/;
const UNDERLINE = /^\s*([=\-~^"*#])\1{2,}\s*$/;
const NUMBERED_HEADING = /^(\d{1,2}(?:\.\d{1,3}){0,4})\.?\s+(\p{Lu}.*)$/u;
const NAMED_HEADING =
  /^(?:Chapter|Section|Part|Article|Appendix|Annex|Kapitel|Abschnitt|Chapitre)\s+(?:\d+|[IVXLC]+|[A-Z])\b.{0,80}$/;

const indentOf = (text: string): number => /^[ \t]*/.exec(text)![0].replaceAll("\t", "    ").length;

/** The level of a line that stands alone and is clearly a heading; otherwise nothing. */
function headingLevel(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 90 || trimmed.length < 3 || /[.,;:!?]$/.test(trimmed)) return undefined;
  const numbered = NUMBERED_HEADING.exec(trimmed);
  if (numbered !== null && numbered[2]!.length >= 3) return numbered[1]!.split(".").length;
  if (NAMED_HEADING.test(trimmed)) return 1;
  const letters = trimmed.match(/\p{L}/gu)?.length ?? 0;
  const isCapital = trimmed === trimmed.toUpperCase() && trimmed !== trimmed.toLowerCase();
  return isCapital && letters >= 4 && letters >= trimmed.length * 0.6 ? 1 : undefined;
}

function* listItems(lines: readonly Line[]): Generator<DocumentElement> {
  const indents: number[] = [];
  let item: { text: string; marker: string; level: number; line: number } | undefined;
  const give = function* (): Generator<DocumentElement> {
    const text = item === undefined ? "" : cleanText(item.text);
    if (item !== undefined && text !== "") {
      yield {
        kind: "list_item",
        text,
        level: item.level,
        location: { line: item.line },
        attributes: { marker: item.marker },
      };
    }
  };
  for (const line of lines) {
    const match = BULLET.exec(line.text) ?? NUMBER.exec(line.text);
    if (match === null) {
      if (item !== undefined) item.text += `\n${line.text.trim()}`;
      continue;
    }
    yield* give();
    const indent = indentOf(match[1]!);
    while (indents.length > 0 && indents.at(-1)! >= indent + 1) indents.pop();
    if (indents.length === 0 || indents.at(-1)! < indent) indents.push(indent);
    item = { text: match[3]!, marker: match[2]!, level: indents.length - 1, line: line.number };
  }
  yield* give();
}

/** The elements of lines that stand together. */
export function* paragraphElements(lines: readonly Line[]): Generator<DocumentElement> {
  const first = lines[0];
  if (first === undefined) return;
  const second = lines[1];
  const location = { line: first.number };
  if (second !== undefined && UNDERLINE.test(second.text) && first.text.trim() !== "") {
    const underline = second.text.trim();
    const title = first.text.trim();
    if (
      title.length <= 120 &&
      underline.length >= Math.min(title.length, 4) * 0.5 &&
      underline.length <= title.length + 10
    ) {
      const text = cleanText(title);
      if (text !== "") yield { kind: "heading", level: underline.startsWith("=") ? 1 : 2, text, location };
      yield* paragraphElements(lines.slice(2));
      return;
    }
  }
  if (lines.every((line) => UNDERLINE.test(line.text))) return;
  if (lines.length === 1) {
    const level = headingLevel(first.text);
    const text = cleanText(first.text.trim());
    if (level !== undefined && text !== "") {
      yield { kind: "heading", level, text, location };
      return;
    }
  }
  const isItem = (line: Line): boolean => BULLET.test(line.text) || NUMBER.test(line.text);
  const items = lines.filter(isItem).length;
  // One numbered line alone may be a sentence that starts with a number; a bullet may not.
  if (isItem(first) && (items >= 2 || BULLET.test(first.text))) {
    yield* listItems(lines);
    return;
  }
  const start = lines.findIndex(isItem);
  if (start > 0 && items >= 2 && lines.slice(start).filter(isItem).length >= (lines.length - start) / 3) {
    yield* paragraphElements(lines.slice(0, start));
    yield* listItems(lines.slice(start));
    return;
  }
  const indent = Math.min(...lines.map((line) => indentOf(line.text)));
  const text = cleanText(
    lines.map((line) => (indent > 0 ? line.text.replace(/^[ \t]+/, "") : line.text)).join("\n"),
  ).trimStart();
  if (text !== "") yield { kind: "paragraph", text, location };
}

/** Plain text: paragraphs at blank lines, headings of obvious form, lists. */
export async function* extractPlainText(input: TextInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  let lines: Line[] = [];
  let characters = 0;
  for await (const some of textLines(input)) {
    for (const line of some) {
      const isGap = line.text.trim() === "" || line.text.startsWith("\f");
      if (isGap || lines.length >= MOST_LINES || characters > MOST_CHARACTERS) {
        yield* batch.add(paragraphElements(lines));
        lines = [];
        characters = 0;
      }
      if (line.text.trim() === "") continue;
      lines.push(line);
      characters += line.text.length;
    }
  }
  yield* batch.add(paragraphElements(lines));
  yield* batch.finish();
}
