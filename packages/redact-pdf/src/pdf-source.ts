import type { SourceDocument } from "@groundwork/contracts";

/** The bytes of a PDF as a document that PDFium's opener takes. */
export function pdfSource(bytes: Uint8Array): SourceDocument {
  return {
    documentId: "",
    version: "",
    mediaType: "application/pdf",
    fileName: "document.pdf",
    content: {
      size: bytes.length,
      bytes: () => Promise.resolve(bytes),
      stream: async function* () {
        yield bytes;
      },
    },
  };
}
