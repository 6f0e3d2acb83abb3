import type { ExtractionPart } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { metadataOfFrontMatter } from "./front-matter.ts";
import { markdownElements } from "./markdown-elements.ts";
import { createMarkdownParser } from "./markdown-parser.ts";
import { cleanText, type Line, type TextInput, textLines } from "./text-input.ts";

/** The parser needs a text as a whole, and time that grows with it: longer documents are cut between blocks. */
const SEGMENT_CHARACTERS = 65_536;
const MOST_SEGMENT = 1_000_000;

/** The parser's time grows with the square of a line: a longer one is a paragraph as it stands. */
const MOST_LINE = 10_000;
/** Pictures written into the text. They carry no words. */
const DATA_ADDRESS = /\(data:[^()\s]*\)/g;

const FRONT_MATTER = /^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/;

/** Cuts at a heading, or a blank line before text at the margin, outside of fences. */
async function* segments(input: TextInput): AsyncGenerator<{ text: string; lineOffset: number; isRaw?: boolean }> {
  let lines: string[] = [];
  let start = 1;
  let size = 0;
  let fence: string | undefined;
  let previous = "";
  for await (const some of textLines(input)) {
    for (const source of some) {
      const line =
        source.text.length > MOST_LINE ? { ...source, text: source.text.replace(DATA_ADDRESS, "()") } : source;
      if (line.text.length > MOST_LINE) {
        yield { text: lines.join("\n"), lineOffset: start - 1 };
        yield { text: line.text, lineOffset: line.number - 1, isRaw: true };
        lines = [];
        size = 0;
        start = line.number + 1;
        continue;
      }
      const isCut = isBoundary(line, previous) && fence === undefined && size >= SEGMENT_CHARACTERS;
      if (isCut || size > MOST_SEGMENT) {
        yield { text: lines.join("\n"), lineOffset: start - 1 };
        lines = [];
        size = 0;
        start = line.number;
        fence = undefined;
      }
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line.text)?.[1];
      if (mark !== undefined) fence = fence === undefined ? mark[0] : mark.startsWith(fence) ? undefined : fence;
      lines.push(line.text);
      size += line.text.length + 1;
      previous = line.text;
    }
  }
  yield { text: lines.join("\n"), lineOffset: start - 1 };
}

function isBoundary(line: Line, previous: string): boolean {
  return /^#{1,6}\s/.test(line.text) || (previous.trim() === "" && /^[A-Za-z0-9*_["'(]/.test(line.text));
}

const parser = createMarkdownParser();

/** Markdown (CommonMark and GitHub's extensions), HTML inside it, front matter as metadata. */
export async function* extractMarkdown(input: TextInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  /** Link definitions and footnotes, which hold for what follows them too. */
  const environment = {};
  let isFirst = true;
  for await (const segment of segments(input)) {
    if (segment.isRaw === true) {
      const text = cleanText(segment.text).trimStart();
      if (text !== "") yield* batch.add([{ kind: "paragraph", text, location: { line: segment.lineOffset + 1 } }]);
      isFirst = false;
      continue;
    }
    let { text, lineOffset } = segment;
    const frontMatter = isFirst ? FRONT_MATTER.exec(text) : null;
    isFirst = false;
    if (frontMatter !== null) {
      text = text.slice(frontMatter[0].length);
      lineOffset += frontMatter[0].split("\n").length - 1;
      yield* frontMatterParts(frontMatter[1] ?? "");
    }
    yield* batch.add(markdownElements(parser.parse(text, environment), lineOffset));
  }
  yield* batch.finish();
}

function* frontMatterParts(yaml: string): Generator<ExtractionPart> {
  const metadata = metadataOfFrontMatter(yaml);
  if (metadata !== undefined) yield { type: "metadata", metadata };
  else if (yaml.trim() !== "") {
    yield {
      type: "warning",
      warning: {
        code: "front-matter-unreadable",
        message: "The front matter is no YAML mapping and was left out.",
      },
    };
  }
}
