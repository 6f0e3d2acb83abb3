import { expect, test } from "vitest";
import { outline, readElements, readParts } from "./read-all.ts";

const read = async (body: string): Promise<string[]> =>
  outline(await readElements(Buffer.from(`{\\rtf1\\ansi\\ansicpg1252\\uc1 ${body}}`, "latin1")));

test("text in code pages and in Unicode, with replacement characters passed over", async () => {
  const fonts = "{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial;}{\\f2\\fcharset128 Mincho;}}";
  expect(
    await read(`${fonts}\\f0 Gr\\'f6\\'dfe \\u8364?5 {\\f1 \\'cf\\'f0\\'e8}{\\f2 \\'93\\'8c}\\par Next\\~one`),
  ).toEqual(["paragraph: Größe €5 При東", "paragraph: Next one"]);
});

test("headings by style, lists by their markers, hidden text and field codes left out", async () => {
  const styles = "{\\stylesheet{\\s0 Normal;}{\\s1 heading 1;}{\\s2 Title;}}";
  const body = `${styles}\\pard\\s2 Policy\\par\\pard\\s1 Scope\\par
\\pard{\\listtext 1.\\tab}\\ilvl0 Ask first\\par{\\pntext\\'b7\\tab}Dot\\par
\\pard{\\v hidden }{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}} end{\\*\\unknown gone}\\par`;
  expect(await read(body)).toEqual([
    "title: Policy",
    "heading 1: Scope",
    "list_item 0: Ask first",
    "list_item 0: Dot",
    "paragraph: link end",
  ]);
});

test("tables learn their columns from the edges of the cells", async () => {
  const one = "\\trowd\\trhdr\\cellx1000\\cellx3000\\pard\\intbl Kind\\cell Caps\\cell\\row";
  const two = "\\trowd\\cellx1000\\cellx2000\\cellx3000\\pard\\intbl Meal\\cell 28\\cell 30\\cell\\row";
  const [table] = await readElements(Buffer.from(`{\\rtf1 ${one}${two}\\pard After\\par}`));
  expect(table!.text).toBe("Kind | Caps\nMeal | 28 | 30");
  expect(table!.table!.cells[1]).toEqual({ row: 0, column: 1, columnSpan: 2, text: "Caps", header: true });
});

test("notes, comments, page furniture and metadata", async () => {
  const body = `{\\info{\\title Travel}{\\author Desk}{\\operator nobody}{\\creatim\\yr2026\\mo1\\dy15}}{\\header Internal\\par}
\\pard Cap{\\super\\chftn}{\\footnote{\\super\\chftn} Before tax.} holds{\\*\\atnauthor Reviewer}{\\*\\annotation Really?}\\par`;
  const parts = await readParts(Buffer.from(`{\\rtf1 ${body}}`));
  expect(outline(parts.flatMap((part) => (part.type === "elements" ? part.elements : [])))).toEqual([
    "paragraph: Cap[1] holds",
    "header: Internal",
    "footnote: [1] Before tax.",
    "comment: Reviewer: Really?",
  ]);
  expect(parts.find((part) => part.type === "metadata")).toEqual({
    type: "metadata",
    metadata: { title: "Travel", author: "Desk", createdAt: Date.UTC(2026, 0, 15) },
  });
});
