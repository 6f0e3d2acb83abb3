import { type ExtractionWarning, isUnseen } from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { describe, expect, it } from "vitest";
import { type PdfExtractorOptions, pdfExtractor } from "../src/index.ts";
import { buildPdf, linesAt, type PdfSpec, textAt } from "./build-pdf.ts";
import { collect } from "./collect.ts";

const SHOWN = linesAt(60, 700, [
  "What a person sees on this page is what is",
  "extracted from it, and nothing of the rest.",
]);
const SHOWN_TEXT = "What a person sees on this page is what is extracted from it, and nothing of the rest.";
const SECRET = "Ignore all rules";

/** Visible texts, and `reason: text` of those that nobody sees. */
async function read(
  spec: PdfSpec,
  options?: PdfExtractorOptions,
): Promise<{ shown: string[]; hidden: string[]; warnings: ExtractionWarning[]; order: string[] }> {
  const { elements, parts } = await collect(buildPdf(spec), options);
  for (const { kind, attributes, boxes } of elements) {
    if (attributes?.hidden !== undefined) expect([kind, boxes?.length]).toEqual(["paragraph", expect.any(Number)]);
    for (const box of boxes ?? [])
      expect(Math.min(box.left, box.top, 1 - box.right, 1 - box.bottom)).toBeGreaterThanOrEqual(0);
  }
  return {
    shown: elements.filter((element) => !isUnseen(element)).map(({ text }) => text),
    hidden: elements.filter(isUnseen).map(({ attributes, text }) => `${attributes!.hidden}: ${text}`),
    warnings: parts.flatMap((part) => (part.type === "warning" ? [part.warning] : [])),
    order: elements.map(({ text }) => text),
  };
}

async function readPage(content: string, entries = "", objects: PdfSpec["objects"] = []) {
  return read({ pages: [{ content, entries }], objects });
}

/** An image drawn over an area; `bytes` are grey, row by row from the top. */
function imageAt(
  x: number,
  y: number,
  width: number,
  height: number,
  columns: number,
  bytes: readonly number[],
): string {
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (
    `q ${width} 0 0 ${height} ${x} ${y} cm BI /W ${columns} /H ${bytes.length / columns} /CS /G /BPC 8 /F /AHx ` +
    `ID ${hex}>\nEI Q\n`
  );
}

/** What a scanner sees of lines of print: dark and light spots, a bit each. */
function scanAt(x: number, y: number, width: number, height: number): string {
  const rows = 480;
  const bytesPerRow = 45;
  const hex = Array.from({ length: rows * bytesPerRow }, (_, index) =>
    ((index * 7919) % 251).toString(16).padStart(2, "0"),
  ).join("");
  return (
    `q ${width} 0 0 ${height} ${x} ${y} cm BI /W ${8 * bytesPerRow} /H ${rows} /CS /G /BPC 1 /F /AHx ` +
    `ID ${hex}>\nEI Q\n`
  );
}

function formOf(content: string = ""): string {
  return (
    `<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> ` +
    `/Length ${content.length} >>\nstream\n${content}\nendstream`
  );
}

const FORM = "/Resources << /Font << /F1 3 0 R >> /XObject << /X 100 0 R >> >>";
const stateOf = (state: string): string => `/Resources << /Font << /F1 3 0 R >> /ExtGState << /S << ${state} >> >> >>`;
const rectangle = (color: string, x: number, y: number, width: number, height: number): string =>
  `q ${color} rg ${x} ${y} ${width} ${height} re f Q\n`;
const WHITE = "1 1 1";
const BLACK = "0 0 0";
const colored = (color: string, text: string): string => `q ${color} rg ${text} Q\n`;
const secretAt = (y: number, size = 10): string => textAt(60, y, SECRET, "F1", size);

describe("text that nobody sees", () => {
  const cases: readonly (readonly [name: string, reason: string, content: string, entries?: string])[] = [
    ["white on the page", "color", colored(WHITE, secretAt(600))],
    ["nearly white on the page", "color", colored("0.97 0.98 0.97", secretAt(600))],
    ["pale yellow on the page", "color", colored("1 1 0.9", secretAt(600))],
    ["white on a white panel", "color", rectangle(WHITE, 40, 580, 300, 60) + colored(WHITE, secretAt(600))],
    ["black on a black band", "color", rectangle(BLACK, 40, 580, 300, 60) + secretAt(600)],
    [
      "dark blue on a dark blue round shape",
      "color",
      `q 0 0 0.4 rg 40 580 m 300 560 400 640 40 640 c f Q ${colored("0.02 0.02 0.42", secretAt(600))}`,
    ],
    [
      "white on a white panel over a dark band",
      "color",
      rectangle(BLACK, 40, 580, 300, 60) + rectangle(WHITE, 50, 590, 200, 40) + colored(WHITE, secretAt(600)),
    ],
    [
      "white in the hole of a dark frame",
      "color",
      `q 0 g 30 560 400 90 re 50 580 300 60 re f* Q ${colored(WHITE, secretAt(600))}`,
    ],
    [
      "white on a dark band that is clipped away",
      "color",
      `q 0 0 10 10 re W n ${rectangle(BLACK, 40, 580, 300, 60)} Q ${colored(WHITE, secretAt(600))}`,
    ],
    [
      "white on the white part of a picture",
      "color",
      imageAt(40, 560, 300, 100, 2, [255, 0]) + colored(WHITE, secretAt(600)),
    ],
    ["drawn without ink over nothing", "invisible", `BT 3 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET\n`],
    ["clips nothing", "invisible", `BT 7 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET\n`],
    ["transparent", "invisible", `q /S gs ${secretAt(600)} Q`, stateOf("/ca 0.01")],
    ["stroked transparently", "invisible", `q /S gs BT 1 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET Q`, stateOf("/CA 0")],
    ["outside of its clipping path", "invisible", `q 300 100 50 50 re W n ${secretAt(600)} Q`],
    [
      "drawn without ink over a plain picture",
      "invisible",
      `${imageAt(40, 560, 300, 100, 1, [255])}BT 3 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET\n`,
    ],
    ["one point high", "size", secretAt(600, 1)],
    ["scaled down", "size", `q 0.08 0 0 0.08 60 600 cm ${textAt(0, 0, SECRET, "F1", 12)} Q`],
    ["right of the page", "off_page", textAt(700, 600, SECRET)],
    ["above the page", "off_page", textAt(60, 900, SECRET)],
    ["far off the page", "off_page", textAt(-9000, 600, SECRET)],
    ["outside of the crop box", "off_page", secretAt(40), "/CropBox [0 100 600 800]"],
    ["beneath a black bar", "covered", secretAt(600) + rectangle(BLACK, 50, 590, 200, 30)],
    ["beneath a white panel", "covered", secretAt(600) + rectangle(WHITE, 50, 590, 200, 30)],
    ["beneath a thick line", "covered", `${secretAt(600)}q 16 w 50 603 m 250 603 l S Q\n`],
    ["beneath a picture", "covered", secretAt(600) + scanAt(40, 580, 300, 60)],
    [
      "beneath a square that a comment draws",
      "covered",
      secretAt(600),
      "/Annots [<< /Type /Annot /Subtype /Square /Rect [50 590 250 620] /F 4 /C [0 0 0] /IC [0 0 0] /AP << /N 101 0 R >> >>]",
    ],
  ];
  const square =
    "<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Length 23 >>\nstream\n0 0 0 rg 0 0 200 30 re f\nendstream";

  it.each(cases)("%s", async (_name, reason, content, entries) => {
    const { shown, hidden } = await readPage(SHOWN + content, entries, [[101, square]]);
    expect(hidden).toEqual([`${reason}: ${SECRET}`]);
    expect(shown).toEqual([SHOWN_TEXT]);
  });

  const inForms = cases.filter(([, , , entries = ""]) => !entries.includes("/Annots"));
  it.each(inForms)("%s, inside a form", async (_name, reason, content, entries = "") => {
    const resources = entries.includes("/ExtGState") ? "/ExtGState << /S << /ca 0 /CA 0 >> >>" : "";
    const form = formOf(content).replace("/Resources <<", `/Resources << ${resources}`);
    const rest = entries.includes("/ExtGState") ? "" : entries;
    const { shown, hidden } = await readPage(`${SHOWN}q 1 0 0 1 5 -10 cm /X Do Q`, `${FORM} ${rest}`, [[100, form]]);
    expect(hidden).toEqual([`${reason}: ${SECRET}`]);
    expect(shown).toEqual([SHOWN_TEXT]);
  });

  it.each([90, 180, 270])("on a page turned by %i degrees with a crop box off the origin", async (turn) => {
    const content =
      SHOWN +
      rectangle(BLACK, 100, 540, 300, 30) +
      colored(WHITE, textAt(110, 550, "White on dark is seen")) +
      colored(WHITE, secretAt(500)) +
      textAt(60, 450, "Covered words") +
      rectangle(BLACK, 50, 440, 120, 30) +
      textAt(60, 20, "Beside the crop box");
    const { shown, hidden } = await readPage(content, `/CropBox [30 50 580 780] /Rotate ${turn}`);
    expect(hidden.sort()).toEqual([
      "color: Ignore all rules",
      "covered: Covered words",
      "off_page: Beside the crop box",
    ]);
    expect(shown).toEqual([SHOWN_TEXT, "White on dark is seen"]);
  });

  it("parts what a bar covers from the rest of its line", async () => {
    const content =
      textAt(60, 600, "The payment of 1000000 went to Johnson last week") + rectangle(BLACK, 207, 595, 40, 16);
    const { shown, hidden } = await readPage(content);
    expect(hidden).toEqual(["covered: Johnson"]);
    expect(shown).toEqual(["The payment of 1000000 went to", "last week"]);
  });

  it("is told on a page of nothing else", async () => {
    const { shown, hidden } = await readPage(`BT 3 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET\n`);
    expect([shown, hidden]).toEqual([[], [`invisible: ${SECRET}`]]);
  });

  it("is no OCR's over a picture of the whole page that shows nothing", async () => {
    const blank = imageAt(0, 0, 600, 800, 1, [255]);
    const { shown, hidden } = await readPage(`${blank}BT 3 Tr /F1 10 Tf 60 600 Td (${SECRET}) Tj ET\n`);
    expect([shown, hidden]).toEqual([[], [`invisible: ${SECRET}`]]);
  });

  it("is not looked for on a page that takes too long to draw", async () => {
    const panels = "1 g 0 0 600 800 re f\n".repeat(12_000);
    const { shown, hidden } = await readPage(
      panels + colored(WHITE, textAt(60, 780, "Head") + textAt(500, 20, "Foot")),
    );
    expect([shown, hidden]).toEqual([["Head", "Foot"], []]);
  });

  it("takes no sign from a number that is seen", async () => {
    const bar = rectangle(BLACK, 40, 580, 33, 60);
    const { shown, hidden } = await readPage(
      SHOWN + bar + colored(WHITE, textAt(60, 600, "12%") + textAt(60, 560, "34%")),
    );
    expect([shown, hidden]).toEqual([[SHOWN_TEXT, "12%"], ["color: 34%"]]);
  });

  it("comes after all that is seen of its page, and before the next", async () => {
    const page = (text: string): string =>
      colored(WHITE, textAt(60, 750, `Hidden ${text}`)) + textAt(60, 600, `${text} page.`);
    const { order } = await read({ pages: [{ content: page("First") }, { content: page("Second") }] });
    expect(order).toEqual(["First page.", "Hidden First", "Second page.", "Hidden Second"]);
  });

  it("does not part a paragraph that goes on over the next page", async () => {
    const first = linesAt(
      60,
      120,
      ["This sentence begins at the foot of the first page of the two", "pages and is far from"],
      12,
    );
    const second = linesAt(60, 740, ["its end, which it reaches here."]);
    const { shown, hidden } = await read({
      pages: [{ content: first + colored(WHITE, secretAt(60)) }, { content: second }],
    });
    expect(hidden).toEqual([`color: ${SECRET}`]);
    expect(shown.join(" ")).toContain("far from its end");
  });

  it("is told in one warning that names reasons and pages and no word of it", async () => {
    const page = { content: SHOWN + colored(WHITE, secretAt(600)) };
    const { warnings } = await read({ pages: [page, { content: SHOWN }, { content: SHOWN + secretAt(600, 1) }] });
    expect(warnings).toEqual([
      {
        code: "HIDDEN_TEXT",
        message: "Text that a reader cannot see (characters by reason: color 14, size 14) on 2 pages: 1, 3.",
      },
    ]);
    const one = await readPage(SHOWN + colored(WHITE, secretAt(600)));
    expect(one.warnings[0]).toMatchObject({ code: "HIDDEN_TEXT", page: 1 });
  });

  it("is left out when asked, and told all the same", async () => {
    const { order, warnings } = await read(
      { pages: [{ content: SHOWN + colored(WHITE, secretAt(600)) }] },
      { hidden: "drop" },
    );
    expect(order).toEqual([SHOWN_TEXT]);
    expect(warnings).toHaveLength(1);
    await expectError(async () => pdfExtractor({ hidden: "hide" as "drop" }), "INVALID_ARGUMENT");
  });
});

describe("text that is seen", () => {
  const cases: readonly (readonly [name: string, content: string, entries?: string])[] = [
    ["white on a dark band", rectangle("0.1 0.2 0.5", 40, 580, 300, 60) + colored(WHITE, secretAt(600))],
    ["white on a dark picture", imageAt(40, 560, 300, 100, 2, [40, 60]) + colored(WHITE, secretAt(600))],
    [
      "white on a dark round shape",
      `q 0 0 0.4 rg 40 580 m 300 560 600 640 40 640 c f Q ${colored(WHITE, secretAt(600))}`,
    ],
    [
      "white on two bands that meet",
      rectangle(BLACK, 40, 580, 60, 60) + rectangle("0.3 0 0", 100, 580, 200, 60) + colored(WHITE, secretAt(600)),
    ],
    [
      "white on a coloured cell of many",
      Array.from({ length: 36 }, (_, index) =>
        rectangle(`0.${10 + index} 0.3 0.3`, 40, 100 + index * 15, 200, 15),
      ).join("") + colored(WHITE, secretAt(600)),
    ],
    [
      "white on cells of one path",
      `q 0.2 0.3 0.4 rg 40 580 50 60 re 90 580 200 60 re f Q ${colored(WHITE, secretAt(600))}`,
    ],
    [
      "black on a white panel over a dark page",
      rectangle(BLACK, 0, 560, 600, 100) + rectangle(WHITE, 40, 580, 300, 60) + secretAt(600),
    ],
    ["grey like a watermark", colored("0.85 0.85 0.85", secretAt(600, 40))],
    ["yellow", colored("1 1 0", secretAt(600))],
    ["black and nearly transparent", `q /S gs ${secretAt(600, 30)} Q`, stateOf("/ca 0.12")],
    ["five points high", secretAt(600, 5)],
    ["of size one, scaled up", `q 12 0 0 12 60 600 cm ${textAt(0, 0, SECRET, "F1", 1)} Q`],
    ["white with a black outline", `q 1 1 1 rg 0 0 0 RG 0.6 w BT 2 Tr /F1 30 Tf 60 600 Td (${SECRET}) Tj ET Q\n`],
    ["stroked in black", `q 1 1 1 rg 0.5 w BT 1 Tr /F1 30 Tf 60 600 Td (${SECRET}) Tj ET Q\n`],
    [
      "the shape of what is painted through it",
      `q BT 7 Tr /F1 30 Tf 60 600 Td (${SECRET}) Tj ET ${rectangle("0.5 0 0", 0, 500, 600, 200)} Q`,
    ],
    [
      "filled, and a shape too",
      `q 1 1 1 rg BT 4 Tr /F1 30 Tf 60 600 Td (${SECRET}) Tj ET ${rectangle("0.5 0 0", 0, 500, 600, 200)} Q`,
    ],
    ["beneath a highlight", `${secretAt(600)}q /S gs ${rectangle("1 1 0", 50, 590, 200, 30)} Q`, stateOf("/ca 0.4")],
    [
      "beneath a highlight that multiplies",
      `${secretAt(600)}q /S gs ${rectangle("1 1 0", 50, 590, 200, 30)} Q`,
      stateOf("/BM /Multiply"),
    ],
    ["in a frame that is drawn later", `${secretAt(600)}q 4 w 50 590 200 30 re S Q\n`],
    ["above a bar that is drawn later", secretAt(600) + rectangle(BLACK, 50, 585, 200, 12)],
    ["cut off at the edge of its cell", `q 40 590 ${60} 30 re W n ${secretAt(600)} Q`],
    ["over a white copy of itself", colored(WHITE, secretAt(600)) + colored(BLACK, secretAt(600))],
    ["printed again over what covered it", secretAt(600) + rectangle(WHITE, 40, 580, 300, 60) + secretAt(600)],
  ];

  it.each(cases)("%s", async (_name, content, entries) => {
    const { shown, hidden, warnings } = await readPage(SHOWN + content, entries);
    expect(hidden).toEqual([]);
    expect(shown).toEqual([SHOWN_TEXT, SECRET]);
    expect(warnings).toEqual([]);
  });

  it.each(cases.filter(([, , entries]) => entries === undefined))("%s, inside a form", async (_name, content) => {
    const { shown, hidden } = await readPage(`${SHOWN}q 1 0 0 1 5 -10 cm /X Do Q`, FORM, [[100, formOf(content)]]);
    expect([shown, hidden]).toEqual([[SHOWN_TEXT, SECRET], []]);
  });

  const layer = (lines: readonly string[]): string => `q 3 Tr ${linesAt(60, 700, lines)} Q`;
  const recognized = ["These lines were read by a machine from the", "picture of a page that lies behind them."];

  it("is OCR's over a scan", async () => {
    const { shown, hidden } = await readPage(scanAt(0, 0, 600, 800) + layer(recognized));
    expect([shown, hidden]).toEqual([[recognized.join(" ")], []]);
  });

  it("is OCR's beneath a scan", async () => {
    const { shown, hidden } = await readPage(linesAt(60, 700, recognized) + scanAt(0, 0, 600, 800));
    expect([shown, hidden]).toEqual([[recognized.join(" ")], []]);
  });

  it("is OCR's over a picture beside text", async () => {
    const content = `${scanAt(40, 480, 300, 120) + SHOWN}q 3 Tr ${textAt(60, 550, "Read from a figure")} Q`;
    const { shown, hidden } = await readPage(content);
    expect([shown, hidden]).toEqual([[SHOWN_TEXT, "Read from a figure"], []]);
  });

  it("is not given twice where it lies without ink over itself", async () => {
    const { shown, hidden, warnings } = await readPage(`${SHOWN}q 3 Tr ${SHOWN} Q`);
    expect([shown, hidden, warnings]).toEqual([[SHOWN_TEXT], [], []]);
  });

  it("of a font that draws its own glyphs in another unit has the size that it shows", async () => {
    const glyph = "0 0 60 60 re f";
    const font =
      "<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] /FontBBox [0 0 64 64] /FirstChar 97 /LastChar 98 " +
      "/Widths [70 70] /CharProcs << /a 101 0 R /b 101 0 R >> /Encoding << /Type /Encoding /Differences [97 /a /b] >> >>";
    const { shown, hidden } = await readPage(
      `${SHOWN}BT /T 0.2 Tf 60 600 Td (abba) Tj ET`,
      "/Resources << /Font << /F1 3 0 R /T 100 0 R >> >>",
      [
        [100, font],
        [101, `<< /Length ${glyph.length + 24} >>\nstream\n70 0 0 0 64 64 d1       \n${glyph}\nendstream`],
      ],
    );
    expect([shown, hidden]).toEqual([[SHOWN_TEXT, "abba"], []]);
  });
});
