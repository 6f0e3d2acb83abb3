import { type PdfDocument, readText } from "@groundwork/pdfium";
import { outlineKey } from "./headings.ts";

const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 16;

/** Titles of the bookmarks with their depth (1 = top), by {@link outlineKey}. A title that occurs twice keeps its smaller depth. */
export function readOutline(document: PdfDocument): Map<string, number> {
  const { pdfium, handle } = document;
  const firstChild = pdfium.call("FPDFBookmark_GetFirstChild");
  const nextSibling = pdfium.call("FPDFBookmark_GetNextSibling");
  const titleOf = pdfium.call("FPDFBookmark_GetTitle");
  const entries = new Map<string, number>();
  // Broken files link bookmarks into rings.
  const seen = new Set<number>();
  const visit = (parent: number, depth: number): void => {
    for (let item = firstChild(handle, parent); item !== 0; item = nextSibling(handle, item)) {
      if (seen.has(item) || seen.size >= MAX_ENTRIES) return;
      seen.add(item);
      const key = outlineKey(readText(pdfium, (buffer, bytes) => titleOf(item, buffer, bytes), "utf16"));
      if (key.length > 1) entries.set(key, Math.min(depth, entries.get(key) ?? depth));
      if (depth < MAX_DEPTH) visit(item, depth + 1);
    }
  };
  visit(0, 1);
  return entries;
}
