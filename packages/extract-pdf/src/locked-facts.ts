import type { DocumentMetadata, SourceDocument } from "@groundwork/contracts";
import { type Pdfium, withMemory } from "@groundwork/pdfium";

/** Larger files (bytes) are not copied for a few facts. */
const MAX_BYTES = 64 << 20;
const MAX_PAGES = 5000;
const ENCRYPT = Buffer.from("/Encrypt", "latin1");

/**
 * What a PDF states although its password is unknown. Only strings and streams are encrypted (ISO 32000-1, 7.6.1): the page
 * tree, the lists of annotations and the form are plain unless they stand in object streams. Images are counted where they
 * are painted, and dates are strings, so neither is told.
 */
export async function lockedFacts(pdfium: Pdfium, { content }: SourceDocument): Promise<DocumentMetadata> {
  const encrypted: DocumentMetadata = { attributes: { pdfEncrypted: true } };
  if (content.size > MAX_BYTES) return encrypted;
  const bytes = Uint8Array.from(await content.bytes());
  hideEncryption(bytes);
  return withMemory(pdfium, bytes.length, (pointer) => {
    pdfium.views().u8.set(bytes, pointer);
    const handle = pdfium.call("FPDF_LoadMemDocument")(pointer, bytes.length, 0);
    if (handle === 0) return encrypted;
    try {
      const pages = pdfium.call("FPDF_GetPageCount")(handle);
      if (pages <= 0) return encrypted;
      const pdfForms = pdfium.call("FPDF_GetFormType")(handle) === 0 ? 0 : 1;
      if (pages > MAX_PAGES) return { pages, attributes: { pdfEncrypted: true, pdfForms } };
      let pdfAnnotations = 0;
      for (let index = 0; index < pages; index++)
        pdfAnnotations += Math.max(0, pdfium.call("EPDFPage_GetAnnotCountRaw")(handle, index));
      return { pages, attributes: { pdfEncrypted: true, pdfForms, pdfAnnotations } };
    } finally {
      pdfium.call("FPDF_CloseDocument")(handle);
    }
  });
}

/** Renames the trailer's entry, so that PDFium reads the structure as if nothing were encrypted. Lengths stay. */
function hideEncryption(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(ENCRYPT); at >= 0; at = buffer.indexOf(ENCRYPT, at + 1)) {
    const after = buffer[at + ENCRYPT.length] ?? 0;
    // `/EncryptMetadata` is another name.
    const endsName = after <= 0x20 || after === 0x3c || after === 0x28 || after === 0x2f;
    if (endsName) buffer[at + ENCRYPT.length - 1] = 0x78;
  }
}
