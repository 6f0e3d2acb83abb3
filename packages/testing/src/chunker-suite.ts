import {
  type Box,
  type Chunk,
  type Chunker,
  chunkIdOf,
  contentHashOf,
  embedderInput,
  fingerprintOf,
  isBody,
  type PlacedElement,
  renderTableText,
  type TextRevision,
  type TokenCounter,
} from "@groundwork/contracts";
import { testTokenCounter } from "./hash-embedder.ts";
import { randomRevision, revisionOf } from "./random-revision.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface ChunkerSettings {
  readonly tokenCounter: TokenCounter;
  readonly maxTokens: number;
}

export interface ChunkerCasesOptions {
  readonly name: string;
  readonly create: (settings: ChunkerSettings) => Chunker;
  /** @default a counter whose counts of joined texts are not the sum of the parts */
  readonly tokenCounter?: TokenCounter;
  /** Gives title, section path and repeated table headers as context. @default true */
  readonly givesContext?: boolean;
  /** Made-up documents for each property. @default 12 */
  readonly documents?: number;
  /** Budgets to try. @default [32, 64, 256] */
  readonly budgets?: readonly number[];
}

/** Fails without quoting more of a document than a few characters: the seed says which it was. */
function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

function overlaps(element: PlacedElement, chunk: Chunk): boolean {
  return element.charStart < chunk.charEnd && element.charEnd > chunk.charStart;
}

function passages(chunks: readonly Chunk[]): Chunk[] {
  return chunks.filter((chunk) => chunk.role !== "parent");
}

function checkOffsets(revision: TextRevision, chunks: readonly Chunk[]): void {
  let last = -1;
  chunks.forEach((chunk, index) => {
    check(chunk.ordinal === index, `expected ordinal ${index}, found ${chunk.ordinal}`);
    check(
      chunk.text === revision.text.slice(chunk.charStart, chunk.charEnd),
      `the text of chunk ${index} is not the slice ${chunk.charStart}..${chunk.charEnd}`,
    );
    check(chunk.text.trim() !== "", `chunk ${index} is blank`);
    check(chunk.charStart >= last, `chunk ${index} begins before the one before it`);
    last = chunk.charStart;
    for (const offset of [chunk.charStart, chunk.charEnd]) {
      const before = revision.text.charCodeAt(offset - 1);
      const after = revision.text.charCodeAt(offset);
      check(
        !(before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000),
        `a surrogate pair is cut at ${offset}`,
      );
    }
  });
}

function checkBudget({ tokenCounter, maxTokens }: ChunkerSettings, chunks: readonly Chunk[]): void {
  for (const chunk of passages(chunks)) {
    const tokens = tokenCounter.count(embedderInput(chunk.context, chunk.text)) + tokenCounter.specialTokens;
    check(chunk.tokens === tokens, `chunk ${chunk.ordinal} says ${chunk.tokens} tokens, counted ${tokens}`);
    check(tokens <= maxTokens, `chunk ${chunk.ordinal} has ${tokens} tokens, the budget is ${maxTokens}`);
  }
}

function checkCoverage(revision: TextRevision, chunks: readonly Chunk[]): void {
  const covered = new Uint8Array(revision.text.length);
  for (const chunk of passages(chunks)) covered.fill(1, chunk.charStart, chunk.charEnd);
  for (const element of revision.elements.filter(isBody))
    for (let offset = element.charStart; offset < element.charEnd; offset++)
      check(
        covered[offset] === 1 || /\s/.test(revision.text[offset]!),
        `offset ${offset} of element ${element.ordinal} (${element.kind}) is in no chunk`,
      );
}

function checkFurniture(revision: TextRevision, chunks: readonly Chunk[]): void {
  for (const chunk of chunks)
    for (const element of revision.elements)
      check(
        isBody(element) || !overlaps(element, chunk),
        `chunk ${chunk.ordinal} holds element ${element.ordinal} (${element.kind})`,
      );
}

function checkIdentity(revision: TextRevision, chunker: Chunker, chunks: readonly Chunk[]): void {
  const fingerprint = fingerprintOf(chunker.identity);
  for (const chunk of chunks) {
    check(
      chunk.chunkId === chunkIdOf(revision.revisionId, fingerprint, chunk.ordinal),
      `the id of chunk ${chunk.ordinal} is not chunkIdOf(revision, fingerprint, ordinal)`,
    );
    check(
      chunk.contentHash === contentHashOf(chunk.context, chunk.text),
      `the content hash of chunk ${chunk.ordinal} is not contentHashOf(context, text)`,
    );
  }
}

/** The boxes that a slice must have, as texts that can be compared. */
function expectedBoxes(revision: TextRevision, chunk: Chunk): string[] {
  const expected: Box[] = [];
  for (const element of revision.elements.filter((candidate) => overlaps(candidate, chunk)))
    for (const box of element.boxes ?? []) {
      if (box.start === undefined || box.end === undefined) {
        expected.push(box);
        continue;
      }
      const start = Math.max(element.charStart + box.start, chunk.charStart) - chunk.charStart;
      const end = Math.min(element.charStart + box.end, chunk.charEnd) - chunk.charStart;
      if (start < end) expected.push({ ...box, start, end });
    }
  return expected.map(boxKey);
}

function boxKey({ page, left, top, right, bottom, start, end }: Box): string {
  return [page, left, top, right, bottom, start, end].join(" ");
}

function checkBoxes(revision: TextRevision, chunks: readonly Chunk[]): void {
  for (const chunk of chunks) {
    const found = chunk.boxes.map(boxKey).sort().join("; ");
    check(
      found === expectedBoxes(revision, chunk).sort().join("; "),
      `the boxes of chunk ${chunk.ordinal} are not those of its slice`,
    );
  }
}

function checkTimes(revision: TextRevision, chunks: readonly Chunk[]): void {
  for (const chunk of chunks) {
    const times: { readonly startMs: number; readonly endMs: number }[] = revision.elements
      .filter((element) => overlaps(element, chunk))
      .flatMap((element) => {
        const runs = (element.times ?? []).filter(
          (run) => element.charStart + run.start < chunk.charEnd && element.charStart + run.end > chunk.charStart,
        );
        return runs.length > 0
          ? runs
          : element.startMs === undefined || element.endMs === undefined
            ? []
            : [{ startMs: element.startMs, endMs: element.endMs }];
      });
    const startMs = times.length === 0 ? undefined : Math.min(...times.map((run) => run.startMs));
    const endMs = times.length === 0 ? undefined : Math.max(...times.map((run) => run.endMs));
    check(
      chunk.startMs === startMs && chunk.endMs === endMs,
      `chunk ${chunk.ordinal} lies at ${chunk.startMs}..${chunk.endMs} ms, its words at ${startMs}..${endMs}`,
    );
  }
}

function checkLocations(revision: TextRevision, chunks: readonly Chunk[]): void {
  for (const chunk of chunks) {
    const places = revision.elements.filter((element) => overlaps(element, chunk)).map((element) => element.location);
    for (const field of ["sheet", "slide", "part"] as const) {
      const values = new Set(places.map((place) => place?.[field]).filter((value) => value !== undefined));
      const value = chunk.location?.[field];
      check(
        values.size === 0 || (values.size === 1 && value !== undefined && values.has(value)),
        `chunk ${chunk.ordinal} says ${field} ${value}, its elements ${[...values].join(", ")}`,
      );
    }
  }
}

function checkParents(chunks: readonly Chunk[]): void {
  const parents = new Map<string, Chunk>();
  for (const chunk of chunks) {
    if (chunk.role === "parent") parents.set(chunk.chunkId, chunk);
    if (chunk.parentChunk === undefined) continue;
    const parent = parents.get(chunk.parentChunk);
    check(parent !== undefined, `the parent of chunk ${chunk.ordinal} is not an earlier chunk of role parent`);
    check(
      parent.charStart <= chunk.charStart && parent.charEnd >= chunk.charEnd,
      `chunk ${chunk.ordinal} does not lie inside its parent`,
    );
  }
}

function ratesTable(rows: number): TextRevision {
  const cell = (row: number, column: number, text: string): { row: number; column: number; text: string } => ({
    row,
    column,
    text,
  });
  const table = {
    rows: rows + 1,
    columns: 2,
    cells: [
      { ...cell(0, 0, "Destination"), header: true },
      { ...cell(0, 1, "Nightly limit"), header: true },
      ...Array.from({ length: rows }, (_, row) => [
        cell(row + 1, 0, `City number ${row}`),
        cell(row + 1, 1, `${100 + row} dollars`),
      ]).flat(),
    ],
  };
  return revisionOf([
    { kind: "heading", text: "Lodging", level: 1 },
    { kind: "caption", text: "Table 4: lodging rates" },
    { kind: "table", text: renderTableText(table), table },
  ]);
}

/** Checks of any chunker, over made-up documents and a few plain ones. */
export function chunkerCases(options: ChunkerCasesOptions): SuiteCase[] {
  const { name, create, tokenCounter = testTokenCounter(), givesContext = true } = options;
  const { documents = 12, budgets = [32, 64, 256] } = options;

  interface Sample {
    readonly label: string;
    readonly revision: TextRevision;
    readonly chunks: readonly Chunk[];
    readonly settings: ChunkerSettings;
    readonly chunker: Chunker;
  }
  let samples: Sample[] | undefined;
  const makeSamples = (): Sample[] =>
    budgets.flatMap((maxTokens) => {
      const settings = { tokenCounter, maxTokens };
      const chunker = create(settings);
      return Array.from({ length: documents }, (_, index) => {
        const revision = randomRevision(index + 1);
        const label = `seed ${index + 1}, budget ${maxTokens}`;
        return { label, revision, chunks: [...chunker.chunk(revision)], settings, chunker };
      });
    });
  const property = (
    title: string,
    holds: (revision: TextRevision, chunks: readonly Chunk[], settings: ChunkerSettings, chunker: Chunker) => void,
  ): SuiteCase => ({
    name: `${name}: ${title}`,
    async run(): Promise<void> {
      samples ??= makeSamples();
      for (const { label, revision, chunks, settings, chunker } of samples) {
        try {
          holds(revision, chunks, settings, chunker);
        } catch (cause) {
          throw new Error(`${label}: ${(cause as Error).message}`, { cause });
        }
      }
    },
  });
  const chunksOf = (revision: TextRevision, maxTokens = 64): Chunk[] => [
    ...create({ tokenCounter, maxTokens }).chunk(revision),
  ];
  const single = (title: string, run: () => void): SuiteCase => ({ name: `${name}: ${title}`, run: async () => run() });

  const cases = [
    property("each text is a slice, in order, no pair cut", checkOffsets),
    property("tokens are exact and within the budget", (_revision, chunks, settings) => checkBudget(settings, chunks)),
    property("all body text is in a chunk", checkCoverage),
    property("page furniture is in none", checkFurniture),
    property("ids and content hashes follow the contract", (revision, chunks, _settings, chunker) =>
      checkIdentity(revision, chunker, chunks),
    ),
    property("boxes are those of the slice, counted from its start", checkBoxes),
    property("times are those of the slice", checkTimes),
    property("sheets, slides and parts are kept and not mixed", checkLocations),
    property("parents hold their children", (_revision, chunks) => checkParents(chunks)),
    property("the same revision gives the same chunks", (revision, chunks, settings) => {
      const again = JSON.stringify([...create(settings).chunk(revision)]);
      check(again === JSON.stringify(chunks), "a second run gave other chunks");
    }),
    single("nothing gives no chunk", () => {
      for (const revision of [
        revisionOf([]),
        revisionOf([{ kind: "paragraph", text: " \n\t " }]),
        revisionOf([{ kind: "page_number", text: "7" }]),
      ])
        check(chunksOf(revision).length === 0, "expected no chunk");
    }),
    single("one word of a thousand pairs is cut between pairs", () => {
      const revision = revisionOf([{ kind: "paragraph", text: "\u{1f600}".repeat(1_000) }]);
      const chunks = chunksOf(revision);
      check(chunks.length > 1, "expected more than one chunk");
      checkOffsets(revision, chunks);
      checkCoverage(revision, chunks);
    }),
    single("a long sentence is cut between words", () => {
      const revision = revisionOf([{ kind: "paragraph", text: "approval of travel by managers ".repeat(60).trim() }]);
      for (const chunk of passages(chunksOf(revision)))
        check(
          /^\w+(?: \w+)*$/.test(chunk.text) && revision.text.split(" ").includes(chunk.text.split(" ").at(-1)!),
          "a word is cut",
        );
    }),
  ];
  return givesContext ? [...cases, ...contextCases(name, chunksOf)] : cases;
}

function contextCases(name: string, chunksOf: (revision: TextRevision, maxTokens?: number) => Chunk[]): SuiteCase[] {
  return [
    {
      name: `${name}: the header of a cut table is repeated in the context, never in the text`,
      async run(): Promise<void> {
        const chunks = passages(chunksOf(ratesTable(60), 128));
        check(chunks.length > 2, "expected more than two chunks");
        chunks.slice(1).forEach((chunk) => {
          check(
            chunk.context.includes("Destination | Nightly limit"),
            `the context of chunk ${chunk.ordinal} lacks the header`,
          );
          check(
            chunk.context.includes("Table 4: lodging rates"),
            `the context of chunk ${chunk.ordinal} lacks the caption`,
          );
          check(!chunk.text.includes("Nightly limit"), `the text of chunk ${chunk.ordinal} repeats the header`);
          check(
            chunk.text.split("\n").every((line) => /^City number \d+ \| \d+ dollars$/.test(line)),
            "a row is cut",
          );
        });
      },
    },
    {
      name: `${name}: a table that fits is whole`,
      async run(): Promise<void> {
        const revision = ratesTable(6);
        const table = revision.elements[2]!;
        const holding = passages(chunksOf(revision, 128)).filter((chunk) => overlaps(table, chunk));
        check(holding.length === 1, `expected the table in one chunk, found it in ${holding.length}`);
      },
    },
    {
      name: `${name}: title and section path are context`,
      async run(): Promise<void> {
        const text = "Every trip needs approval by the budget owner before it is booked. ".repeat(12).trim();
        const revision = revisionOf(
          [
            { kind: "heading", text: "Travel", level: 1 },
            { kind: "heading", text: "Approval", level: 2 },
            { kind: "paragraph", text },
          ],
          { title: "Finance handbook" },
        );
        const chunks = passages(chunksOf(revision));
        check(chunks.length > 1, "expected more than one chunk");
        for (const chunk of chunks.slice(1)) {
          for (const part of ["Finance handbook", "Travel", "Approval"])
            check(chunk.context.includes(part), `the context of chunk ${chunk.ordinal} lacks "${part}"`);
          check(chunk.sectionPath.join("/") === "Travel/Approval", `chunk ${chunk.ordinal} has another section path`);
        }
      },
    },
  ];
}
