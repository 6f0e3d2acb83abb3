import {
  type DocumentElement,
  encodeElements,
  placeElements,
  renderTableText,
  type TableData,
} from "@groundwork/contracts";
import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { type ElementBatch, findInElements, rulePii } from "../src/index.ts";

const paragraph = (text: string): DocumentElement => ({ kind: "paragraph", text });

function table(rows: readonly (readonly string[])[], header: boolean): DocumentElement {
  const data: TableData = {
    rows: rows.length,
    columns: rows[0]!.length,
    cells: rows.flatMap((cells, row) =>
      cells.map((text, column) => ({ row, column, text, header: header && row === 0 })),
    ),
  };
  return { kind: "table", text: renderTableText(data), table: data };
}

/** What was found, as `[element, type, value]`. */
async function found(
  batches: Iterable<ElementBatch>,
  elements: readonly DocumentElement[],
): Promise<[number, string, string][]> {
  const result: [number, string, string][] = [];
  const seen: number[] = [];
  for await (const batch of findInElements(batches, rulePii()))
    for (const { element, findings } of batch) {
      seen.push(element);
      for (const { type, start, end } of findings)
        result.push([element, type, elements[element]!.text.slice(start, end)]);
    }
  expect(seen).toEqual(elements.map((_, index) => index));
  return result;
}

describe("elements", () => {
  test("each has its findings, whatever the batches and their form", async () => {
    const elements = [
      "Mail ana@example.com.",
      "Nothing here.",
      "Call +44 20 7946 0958.",
      "IBAN NL91ABNA0417164300",
    ].map(paragraph);
    const expected = [
      [0, "EMAIL", "ana@example.com"],
      [2, "PHONE", "+44 20 7946 0958"],
      [3, "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "NL91ABNA0417164300"],
    ];
    const placed = placeElements(elements).elements;
    const ids = { documentId: "d", version: "v" };
    for (const size of [1, 2, 4]) {
      const parts = Array.from({ length: elements.length / size }, (_, index) =>
        elements.slice(index * size, (index + 1) * size),
      );
      expect(await found(parts, elements)).toEqual(expected);
      const rows = Array.from({ length: elements.length / size }, (_, index) =>
        encodeElements(ids, placed.slice(index * size, (index + 1) * size)),
      );
      expect(await found(rows, elements)).toEqual(expected);
    }
  });

  test("a card number over a line end, and over two elements of different batches", async () => {
    const elements = ["card 4111 1111\n1111 1111 is lost", "The card is 5555 5555", "5555 4444 and expired"].map(
      paragraph,
    );
    const expected = [
      [0, "CREDIT_DEBIT_NUMBER", "4111 1111\n1111 1111"],
      [1, "CREDIT_DEBIT_NUMBER", "5555 5555"],
      [2, "CREDIT_DEBIT_NUMBER", "5555 4444"],
    ];
    expect(await found([elements], elements)).toEqual(expected);
    expect(
      await found(
        elements.map((element) => [element]),
        elements,
      ),
    ).toEqual(expected);
  });

  test("a number over two cells; a heading speaks for its column", async () => {
    const split = table([["Card", "4111 1111", "1111 1111"]], false);
    expect(await found([[split]], [split])).toEqual([
      [0, "CREDIT_DEBIT_NUMBER", "4111 1111"],
      [0, "CREDIT_DEBIT_NUMBER", "1111 1111"],
    ]);
    const rows = Array.from({ length: 30 }, (_, row) => [`Item ${row}`, row === 29 ? "943 476 5919" : ""]);
    const patients = table([["Ward", "NHS number"], ...rows], true);
    expect(await found([[patients]], [patients])).toEqual([[0, "UK_NATIONAL_HEALTH_SERVICE_NUMBER", "943 476 5919"]]);
    const plain = table([["Ward", "Units"], ...rows], true);
    // The same digits in a column of another name may be anything, but no NHS number.
    expect((await found([[plain]], [plain])).map(([, type]) => type)).not.toContain(
      "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    );
  });

  test("leaving early closes the source; an abort ends the loop", async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<ElementBatch> {
      try {
        for (;;) yield [paragraph("ana@example.com"), paragraph("x")];
      } finally {
        closed = true;
      }
    }
    for await (const batch of findInElements(endless(), rulePii())) if (batch.length > 0) break;
    expect(closed).toBe(true);
    const controller = new AbortController();
    await expectError(async () => {
      for await (const _ of findInElements(endless(), rulePii(), { signal: controller.signal })) controller.abort();
    }, "ABORTED");
  });
});
