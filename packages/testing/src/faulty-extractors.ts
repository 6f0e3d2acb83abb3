import {
  type CallOptions,
  type DocumentElement,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  renderTableText,
  type SourceDocument,
  type TextMark,
  throwIfAborted,
} from "@groundwork/contracts";

/** What a faulty extractor does wrong. `none` keeps the contract. */
export type ExtractorFault =
  | "none"
  | "text-not-nfc"
  | "box-outside-page"
  | "table-text-differs"
  | "cells-overlap"
  | "mark-outside-text"
  | "marks-out-of-order"
  | "link-without-address"
  | "part-too-big"
  | "unknown-kind"
  | "child-escapes"
  | "differs-each-time"
  | "ignores-signal"
  | "checks-signal-once"
  | "leaks-stream"
  | "empty-succeeds"
  | "untyped-error"
  | "close-throws-twice"
  | "loses-text"
  | "wrong-reference";

function marksOf(text: string, fault: ExtractorFault): TextMark[] {
  const marks: TextMark[] = [
    { start: 0, end: fault === "mark-outside-text" ? text.length + 1 : text.length, kind: "strong" },
    { start: 0, end: 1, kind: "link", ...(fault === "link-without-address" ? {} : { href: "https://example.test/" }) },
  ];
  return fault === "marks-out-of-order" ? marks.reverse() : marks;
}

function elementsOf(text: string, fault: ExtractorFault, run: number): DocumentElement[] {
  const table = {
    rows: 1,
    columns: 2,
    cells: [
      { row: 0, column: 0, text: "a", ...(fault === "cells-overlap" ? { columnSpan: 2 } : {}) },
      { row: 0, column: 1, text: "b" },
    ],
  };
  const right = fault === "box-outside-page" ? 1.2 : 0.9;
  const paragraph = text.split("\n")[0]!.trim();
  return [
    {
      kind: (fault === "unknown-kind" ? "blob" : "paragraph") as "paragraph",
      text:
        fault === "text-not-nfc" ? `${paragraph} e\u0301` : fault === "loses-text" ? paragraph.slice(0, 3) : paragraph,
      boxes: [{ page: 1, left: 0.1, top: 0.1, right, bottom: 0.2 }],
      ...(paragraph.length < 3 ? {} : { marks: marksOf(paragraph, fault) }),
      ...(fault === "differs-each-time" ? { attributes: { run: String(run) } } : {}),
    },
    { kind: "table", text: fault === "table-text-differs" ? "a, b" : renderTableText(table), table },
    ...(fault === "part-too-big"
      ? Array.from({ length: 5_000 }, (): DocumentElement => ({ kind: "paragraph", text: "x" }))
      : []),
  ];
}

/** An extractor of short plain texts with one planted fault: proof that the suite can fail. */
export function faultyExtractor(options: { readonly fault: ExtractorFault }): Extractor {
  const { fault } = options;
  let run = 0;
  let closed = 0;
  async function* extract(document: SourceDocument, { signal }: CallOptions = {}): AsyncGenerator<ExtractionPart> {
    if (fault !== "ignores-signal") throwIfAborted(signal);
    if (document.content.size === 0 && fault !== "empty-succeeds") {
      throw new GroundworkError("EMPTY_DOCUMENT", "The document has 0 bytes.");
    }
    const pieces: Uint8Array[] = [];
    if (fault === "leaks-stream") {
      const first = await document.content.stream()[Symbol.asyncIterator]().next();
      if (first.done !== true) pieces.push(first.value);
    } else {
      const passedOn = fault === "ignores-signal" ? undefined : signal;
      for await (const piece of document.content.stream({ signal: passedOn })) pieces.push(piece);
    }
    const text = new TextDecoder().decode(Buffer.concat(pieces));
    if (text.includes("\uFFFD") || text.includes("\0")) {
      if (fault === "untyped-error") throw new TypeError("cannot read properties of undefined");
      throw new GroundworkError("CORRUPT_DOCUMENT", "Expected UTF-8 text, found other bytes.");
    }
    run++;
    yield { type: "elements", elements: elementsOf(text, fault, run) };
    if (fault !== "ignores-signal" && fault !== "checks-signal-once") throwIfAborted(signal);
    yield { type: "child", child: { name: fault === "child-escapes" ? "../a" : "a", bytes: new Uint8Array([1]) } };
  }
  return {
    identity: { name: "faulty", revision: "1", options },
    mediaTypes: ["text/plain"],
    reference: {
      module: import.meta.url,
      name: "faultyExtractor",
      options: fault === "wrong-reference" ? { fault: "none" } : options,
    },
    extract,
    close: async () => {
      closed++;
      if (fault === "close-throws-twice" && closed > 1) throw new Error("already closed");
    },
  };
}
