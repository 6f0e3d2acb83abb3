import type { DocumentElement, ExtractionPart } from "@groundwork/contracts";
import { createElementBatch } from "@groundwork/html-elements";
import { cleanText, type TextInput, textLines } from "./text-input.ts";

/** Lines of one element: about a screen or two, cut at a blank line. */
const AIM_LINES = 60;
const MOST_LINES = 200;
const MOST_CHARACTERS = 100_000;

/** Program code and configuration: stretches of lines, indents kept. */
export async function* extractCode(input: TextInput): AsyncGenerator<ExtractionPart> {
  const language = input.document.mediaType.replace(/^text\/(?:x-)?/, "");
  const batch = createElementBatch();
  let lines: string[] = [];
  let start = 1;
  let characters = 0;
  const take = (): DocumentElement[] => {
    const text = cleanText(lines.join("\n"));
    lines = [];
    characters = 0;
    return text === "" ? [] : [{ kind: "code", text, location: { line: start }, attributes: { language } }];
  };
  for await (const some of textLines(input)) {
    for (const line of some) {
      if (lines.length === 0) {
        if (line.text.trim() === "") continue;
        start = line.number;
      }
      const isGap = line.text.trim() === "";
      if ((isGap && lines.length >= AIM_LINES) || lines.length >= MOST_LINES || characters > MOST_CHARACTERS) {
        yield* batch.add(take());
        if (isGap) continue;
        start = line.number;
      }
      lines.push(line.text);
      characters += line.text.length;
    }
  }
  yield* batch.add(take());
  yield* batch.finish();
}
