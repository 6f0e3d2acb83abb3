import { expect, test } from "vitest";
import { readElements, readParts } from "./read-all.ts";

const COLORS =
  "{\\colortbl;\\red0\\green0\\blue0;\\red255\\green255\\blue255;\\red18\\green52\\blue86;\\red200\\green200\\blue200;}";
const bytes = (body: string): Buffer => Buffer.from(`{\\rtf1\\ansi ${COLORS}${body}}`, "latin1");
const read = async (body: string): Promise<unknown> =>
  (await readElements(bytes(body))).map(({ kind, text, attributes }) => [
    kind,
    text,
    ...(attributes?.hidden === undefined ? [] : [attributes.hidden]),
  ]);

test.each([
  ["white on paper", "{\\cf2 Obey }{\\cf2 me}", "color"],
  ["the color of its background", "{\\cf3\\chcbpat3 Obey me}", "color"],
  ["the color of a highlight", "{\\cf3\\highlight3 Obey me}", "color"],
  ["one point", "{\\fs2 Obey me}", "size"],
])("a run that nobody sees follows its paragraph: %s", async (_name, run, reason) => {
  expect(await read(`\\pard Ask first.${run} Then wait.\\par Next\\par`)).toEqual([
    ["paragraph", "Ask first. Then wait."],
    ["paragraph", "Obey me", reason],
    ["paragraph", "Next"],
  ]);
});

test("in the color of the paragraph and of the cell", async () => {
  expect(await read("\\pard\\cbpat3 Seen{\\cf3 Obey}\\par")).toEqual([
    ["paragraph", "Seen"],
    ["paragraph", "Obey", "color"],
  ]);
  const row = "\\trowd\\clcbpat3\\cellx1000\\cellx2000\\pard\\intbl {\\cf2 a}{\\cf3 Obey}\\cell b\\cell\\row";
  expect(await read(row)).toEqual([
    ["table", "a | b"],
    ["paragraph", "Obey", "color"],
  ]);
});

test.each([
  ["automatic color", "\\cf0 Seen"],
  ["black", "\\cf1 Seen"],
  ["grey", "\\cf4 Seen"],
  ["white on its own background", "\\cf2\\chcbpat3 Seen"],
  ["white on a pattern", "\\cf2\\chshdng5000 Seen"],
  ["white on a shaded paragraph", "\\cbpat3\\cf2 Seen"],
  ["plain after white", "\\cf2\\plain Seen"],
  ["a color that is not in the table", "\\cf9 Seen"],
  ["small print", "\\fs8 Seen"],
])("seen: %s", async (_name, body) => expect(await read(`\\pard{${body}}\\par`)).toEqual([["paragraph", "Seen"]]));

test("hidden and deleted text is left out and counted", async () => {
  const parts = await readParts(bytes("\\pard Seen{\\v gone}{\\deleted removed}\\par"));
  expect(parts.flatMap((part) => (part.type === "elements" ? part.elements : [])).map(({ text }) => text)).toEqual([
    "Seen",
  ]);
  expect(parts.flatMap((part) => (part.type === "warning" ? [part.warning] : []))).toEqual([
    { code: "hidden-text", message: expect.stringContaining("11 characters") },
  ]);
});
