import type { ExtractionPart } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { fromMarkdown } from "mdast-util-from-markdown";
import { frontmatterFromMarkdown } from "mdast-util-frontmatter";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { frontmatter } from "micromark-extension-frontmatter";
import { gfm } from "micromark-extension-gfm";
import { metadataOfFrontMatter } from "./front-matter.ts";
import { rootElements } from "./markdown-elements.ts";
import { cleanText, type Line, type TextInput, textLines } from "./text-input.ts";

/** The parser needs a text as a whole, and time that grows with it: longer documents are cut between blocks. */
const SEGMENT_CHARACTERS = 200_000;
const MOST_SEGMENT = 1_000_000;

/** The parser's time grows with the square of a line: a longer one is a paragraph as it stands. */
const MOST_LINE = 10_000;
/** Pictures written into the text. They carry no words. */
const DATA_ADDRESS = /\(data:[^()\s]*\)/g;

const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:\s*\S+/;

/** Cuts at a heading, or a blank line before text at the margin, outside of fences. */
async function* segments(
  input: TextInput,
): AsyncGenerator<{ text: string; lineOffset: number; definitions: readonly string[]; isRaw?: boolean }> {
  const definitions: string[] = [];
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
        yield { text: lines.join("\n"), lineOffset: start - 1, definitions };
        yield { text: line.text, lineOffset: line.number - 1, definitions, isRaw: true };
        lines = [];
        size = 0;
        start = line.number + 1;
        continue;
      }
      const isCut = isBoundary(line, previous) && fence === undefined && size >= SEGMENT_CHARACTERS;
      if (isCut || size > MOST_SEGMENT) {
        yield { text: lines.join("\n"), lineOffset: start - 1, definitions };
        lines = [];
        size = 0;
        start = line.number;
        fence = undefined;
      }
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line.text)?.[1];
      if (mark !== undefined) fence = fence === undefined ? mark[0] : mark.startsWith(fence) ? undefined : fence;
      if (fence === undefined && DEFINITION.test(line.text) && definitions.length < 5_000) definitions.push(line.text);
      lines.push(line.text);
      size += line.text.length + 1;
      previous = line.text;
    }
  }
  yield { text: lines.join("\n"), lineOffset: start - 1, definitions };
}

function isBoundary(line: Line, previous: string): boolean {
  return /^#{1,6}\s/.test(line.text) || (previous.trim() === "" && /^[A-Za-z0-9*_["'(]/.test(line.text));
}

/** Markdown (CommonMark and GitHub's extensions), HTML inside it, front matter as metadata. */
export async function* extractMarkdown(input: TextInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  let isFirst = true;
  for await (const segment of segments(input)) {
    if (segment.isRaw === true) {
      const text = cleanText(segment.text).trimStart();
      if (text !== "") yield* batch.add([{ kind: "paragraph", text, location: { line: segment.lineOffset + 1 } }]);
      isFirst = false;
      continue;
    }
    const before = isFirst ? "" : segment.definitions.map((line) => `${line}\n`).join("");
    const source = before === "" ? segment.text : `${segment.text}\n\n${before}`;
    const tree = fromMarkdown(source, {
      extensions: [gfm(), ...(isFirst ? [frontmatter(["yaml"])] : [])],
      mdastExtensions: [gfmFromMarkdown(), ...(isFirst ? [frontmatterFromMarkdown(["yaml"])] : [])],
    });
    const [first] = tree.children;
    if (isFirst && first?.type === "yaml") {
      const metadata = metadataOfFrontMatter(first.value);
      if (metadata !== undefined) yield { type: "metadata", metadata };
      else if (first.value.trim() !== "") {
        yield {
          type: "warning",
          warning: {
            code: "front-matter-unreadable",
            message: "The front matter is no YAML mapping and was left out.",
          },
        };
      }
    }
    yield* batch.add(rootElements(tree.children, segment.lineOffset));
    isFirst = false;
  }
  yield* batch.finish();
}
