import { readFileSync } from "node:fs";
import type { DocumentElement } from "@groundwork/contracts";
import { expect, test } from "vitest";
import { pdfExtractor } from "../src/index.ts";

/** A page of the example's corpus whose bulleted contents repeat the titles of the outline. */
const FILE = new URL(
  "../../../examples/policy-search/corpus/travel-guide-a-amended-authorizations.pdf",
  import.meta.url,
);

test("bulleted contents stay list items where the outline has the same titles", async () => {
  const bytes = new Uint8Array(readFileSync(FILE));
  const elements: DocumentElement[] = [];
  const document = {
    documentId: "d",
    version: "v",
    mediaType: "application/pdf",
    fileName: "a.pdf",
    content: {
      size: bytes.length,
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
  const extractor = pdfExtractor();
  for await (const part of extractor.extract(document)) if (part.type === "elements") elements.push(...part.elements);
  await extractor.close?.();
  const named = elements.filter(({ text }) =>
    text.endsWith("Changes made prior to an authorization's approval in Concur"),
  );
  expect(named.map(({ kind }) => kind)).toEqual(["list_item", "heading"]);
  expect(elements.filter(({ kind, text }) => kind === "heading" && text.startsWith("•"))).toEqual([]);
});
