import type { ChildDocument } from "@groundwork/contracts";
import { type PdfDocument, readText, withMemory, writeUtf8 } from "@groundwork/pdfium";
import { parsePdfDate } from "./metadata.ts";

/** Limits against attachment bombs: number of files, and bytes of one of them. */
const MAX_FILES = 1000;
const MAX_BYTES = 512 << 20;

/** The files embedded in a document, one at a time. Their names are made relative, plain and unique. */
export function* readAttachments(document: PdfDocument): Generator<ChildDocument | { readonly skipped: string }> {
  const { pdfium, handle } = document;
  const count = Math.min(pdfium.call("FPDFDoc_GetAttachmentCount")(handle), MAX_FILES);
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const attachment = pdfium.call("FPDFDoc_GetAttachment")(handle, index);
    if (attachment === 0) continue;
    const getName = pdfium.call("FPDFAttachment_GetName");
    const name = uniqueName(
      readText(pdfium, (buffer, bytes) => getName(attachment, buffer, bytes), "utf16"),
      index,
      names,
    );
    const bytes = readFile(document, attachment);
    if (bytes === undefined) {
      yield { skipped: "An embedded file could not be read." };
      continue;
    }
    const getSubtype = pdfium.call("FPDFAttachment_GetSubtype");
    const claimed = readText(pdfium, (buffer, length) => getSubtype(attachment, buffer, length), "utf16").toLowerCase();
    const modifiedAt = parsePdfDate(readEntry(document, attachment, "ModDate"));
    yield {
      name,
      bytes,
      ...(/^[\w.+-]+\/[\w.+-]+$/.test(claimed) ? { claimedMediaType: claimed } : {}),
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    };
  }
}

function readEntry({ pdfium }: PdfDocument, attachment: number, key: string): string {
  const name = writeUtf8(pdfium, key);
  try {
    const read = pdfium.call("FPDFAttachment_GetStringValue");
    return readText(pdfium, (buffer, bytes) => read(attachment, name, buffer, bytes), "utf16");
  } finally {
    pdfium.free(name);
  }
}

function readFile({ pdfium }: PdfDocument, attachment: number): Uint8Array | undefined {
  const getFile = pdfium.call("FPDFAttachment_GetFile");
  return withMemory(pdfium, 4, (length) => {
    if (getFile(attachment, 0, 0, length) === 0) return undefined;
    const size = pdfium.views().i32[length >> 2]! >>> 0;
    if (size > MAX_BYTES) return undefined;
    return withMemory(pdfium, size, (buffer) => {
      if (getFile(attachment, buffer, size, length) === 0) return undefined;
      return pdfium.views().u8.slice(buffer, buffer + size);
    });
  });
}

function uniqueName(raw: string, index: number, names: Set<string>): string {
  const parts = raw
    .replace(/\\/g, "/")
    .split("/")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
    .map((part) => part.replace(/[\u0000-\u001f]/g, "").trim())
    .filter((part) => part !== "" && part !== "." && part !== ".." && !/^[A-Za-z]:$/.test(part));
  const base = parts.join("/") || `attachment-${index + 1}`;
  let name = base;
  for (let copy = 2; names.has(name); copy++) name = `${base}~${copy}`;
  names.add(name);
  return name;
}
