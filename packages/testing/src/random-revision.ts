import {
  type Box,
  type DocumentElement,
  type DocumentMetadata,
  placeElements,
  renderTableText,
  type TableCell,
  type TextRevision,
} from "@groundwork/contracts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

const WORDS =
  "the policy of travel approval manager request receipt reimbursed within thirty days before after claim Sec. 3.2 e.g. U.S. Inc. 4,200.50 " +
  "l'été naïve Straße 規程 出張旅費 الموافقة नियम 👩‍👩‍👧‍👦 🇩🇪 𝒳𝒴 e\u0301tage non\u00adbreaking co-ordinate and/or 2024-01-01 (a) iv.";
const VOCABULARY = WORDS.split(" ");

function sentence(random: SeededRandom, most = 18): string {
  const words = Array.from({ length: random.integer(2, most) }, () => random.pick(VOCABULARY));
  return `${words.join(" ")}${random.pick([".", ".", "?", "!", "。", ":", ""])}`;
}

function longWord(random: SeededRandom): string {
  return random.pick(["x", "😀", "字", "e\u0301", "ab-"]).repeat(random.integer(50, 900));
}

function prose(random: SeededRandom): string {
  if (random.chance(0.04)) return longWord(random);
  if (random.chance(0.06)) return sentence(random, 400);
  return Array.from({ length: random.integer(1, 9) }, () => sentence(random)).join(random.pick([" ", " ", "\n"]));
}

/** One box for each line of about 60 characters, with the offsets of its run. */
function boxesOf(text: string, page: number, random: SeededRandom): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < text.length; start += 60) {
    const top = (boxes.length % 50) / 50;
    const run = random.chance(0.05) ? {} : { start, end: Math.min(start + 60, text.length) };
    boxes.push({ page, left: 0.1, top, right: 0.9, bottom: top + 0.02, ...run });
  }
  return boxes;
}

function tableElement(random: SeededRandom): DocumentElement {
  const columns = random.integer(1, 5);
  const rows = random.integer(1, 40);
  const headerRows = random.integer(0, 2);
  const cells: TableCell[] = [];
  for (let row = 0; row < rows; row++) {
    if (random.chance(0.05)) continue;
    for (let column = 0; column < columns; column++) {
      if (random.chance(0.1)) continue;
      const header = row < headerRows;
      const text = header
        ? `Column ${column} ${random.pick(VOCABULARY)}`
        : sentence(random, random.chance(0.02) ? 120 : 5);
      cells.push({ row, column, text, ...(header ? { header } : {}) });
    }
  }
  const continued = random.chance(0.2) ? { continuedHeader: [["Item", "Limit"]] } : {};
  const table = { rows, columns, cells, ...continued };
  const sheet = { sheet: "Rates", range: `B3:${"BCDEFG"[columns - 1]}${2 + rows}` };
  return { kind: "table", text: renderTableText(table), table, ...(random.chance(0.5) ? { location: sheet } : {}) };
}

function utterances(random: SeededRandom): DocumentElement[] {
  let clock = random.integer(0, 5_000);
  return Array.from({ length: random.integer(1, 8) }, () => {
    const text = prose(random);
    const times = [...text.matchAll(/\S+/g)].map((match) => {
      const startMs = clock;
      clock += 200;
      return { start: match.index, end: match.index + match[0].length, startMs, endMs: clock };
    });
    const span = { startMs: times[0]!.startMs, endMs: times[times.length - 1]!.endMs };
    return {
      kind: "utterance",
      text,
      speaker: `Speaker ${random.integer(1, 3)}`,
      ...span,
      ...(random.chance(0.8) ? { times } : {}),
    };
  });
}

function list(random: SeededRandom): DocumentElement[] {
  const items = Array.from(
    { length: random.integer(1, 14) },
    (): DocumentElement => ({ kind: "list_item", text: sentence(random, 25), level: random.integer(0, 2) }),
  );
  return random.chance(0.6) ? [{ kind: "paragraph", text: "The following is needed:" }, ...items] : items;
}

function blocks(random: SeededRandom, page: number): DocumentElement[] {
  const paragraph = (): DocumentElement => {
    const text = prose(random);
    return {
      kind: random.pick(["paragraph", "paragraph", "quote", "footnote", "note"]),
      text,
      boxes: boxesOf(text, page, random),
      marks: [{ start: 0, end: text.search(/\s|$/), kind: "strong" }],
    };
  };
  const makers: (() => DocumentElement[])[] = [
    () => [paragraph()],
    () => [paragraph(), paragraph()],
    () => [{ kind: "heading", text: sentence(random, 6), level: random.integer(1, 4) }],
    () => list(random),
    () => [{ kind: "caption", text: `Table ${page}: ${sentence(random, 6)}` }, tableElement(random)],
    () => [tableElement(random)],
    () => [{ kind: "code", text: Array.from({ length: random.integer(1, 60) }, () => sentence(random, 8)).join("\n") }],
    () => [
      { kind: "footer", text: "Confidential running footer" },
      { kind: "page_number", text: String(page) },
      { kind: "header", text: "Running header of the handbook" },
    ],
    () => utterances(random),
    () => [{ kind: "paragraph", text: prose(random), location: { slide: random.integer(1, 3) } }],
    () => [{ kind: "form_field", text: `Name: ${sentence(random, 4)}` }],
  ];
  return random.pick(makers)();
}

/** Elements as a text revision. */
export function revisionOf(
  elements: Iterable<DocumentElement>,
  metadata: DocumentMetadata = {},
  revisionId = "rev_0000",
): TextRevision {
  return {
    revisionId,
    documentId: "doc_000000000000000000000000",
    version: "0".repeat(64),
    mediaType: "text/plain",
    metadata,
    ...placeElements(elements, "test"),
  };
}

/** A made-up document of every kind of element, with long words, scripts without blanks, pairs and clusters. Same seed, same document. */
export function randomRevision(seed: number): TextRevision {
  const random = seededRandom(seed);
  const elements: DocumentElement[] = [];
  if (random.chance(0.6)) elements.push({ kind: "title", text: "Travel handbook", level: 0 });
  const count = random.integer(0, 30);
  for (let block = 0; block < count; block++) elements.push(...blocks(random, 1 + Math.floor(block / 5)));
  return revisionOf(
    elements,
    random.chance(0.7) ? { title: sentence(random, random.chance(0.1) ? 120 : 6) } : {},
    `rev_${seed}`,
  );
}
