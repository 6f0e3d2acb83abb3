import { closeSync, openSync, readSync } from "node:fs";
import { GroundworkError, type SourceDocument } from "@groundwork/contracts";
import { type Pdfium, withMemory, writeUtf8 } from "./pdfium-module.ts";
import { passwordForms } from "./prepare-password.ts";

/** An open document inside one PDFium instance. */
export interface PdfDocument {
  readonly pdfium: Pdfium;
  readonly handle: number;
  readonly pages: number;
  readonly encrypted: boolean;
  close(): void;
}

/** Files above this size (bytes) are read in place, block by block, instead of being copied into PDFium's memory. */
const IN_PLACE_BYTES = 32 << 20;

const FPDF_ERR_PASSWORD = 4;
const FPDF_ERR_SECURITY = 5;

/**
 * Opens a document. Fails with `EMPTY_DOCUMENT` (no bytes), `PASSWORD_REQUIRED`, `PASSWORD_INCORRECT`,
 * `UNSUPPORTED_OPERATION` (an encryption that is not known) or `CORRUPT_DOCUMENT`.
 */
export async function openPdf(
  pdfium: Pdfium,
  document: SourceDocument,
  password: string | undefined,
  signal?: AbortSignal,
): Promise<PdfDocument> {
  const { content, documentId } = document;
  if (content.size === 0) {
    throw new GroundworkError("EMPTY_DOCUMENT", "Expected a PDF, found a file of 0 bytes.", { documentId });
  }
  const source =
    content.path !== undefined && content.size > IN_PLACE_BYTES
      ? readInPlace(pdfium, content.path, content.size)
      : copyIntoMemory(pdfium, await content.bytes(signal === undefined ? {} : { signal }));
  let handle = 0;
  try {
    for (const form of password === undefined ? [undefined] : passwordForms(password)) {
      const passwordPointer = form === undefined ? 0 : writeUtf8(pdfium, form);
      try {
        handle = source.load(passwordPointer);
      } finally {
        if (passwordPointer !== 0) pdfium.free(passwordPointer);
      }
      if (handle !== 0) break;
    }
    if (handle === 0) throw openError(pdfium.call("FPDF_GetLastError")(), password !== undefined, documentId);
  } catch (error) {
    source.release();
    throw error;
  }
  let open = true;
  return {
    pdfium,
    handle,
    pages: pdfium.call("FPDF_GetPageCount")(handle),
    encrypted: pdfium.call("EPDF_IsEncrypted")(handle) !== 0,
    close() {
      if (!open) return;
      open = false;
      try {
        pdfium.call("FPDF_CloseDocument")(handle);
      } finally {
        source.release();
      }
    },
  };
}

function openError(code: number, passwordGiven: boolean, documentId: string): GroundworkError {
  if (code === FPDF_ERR_PASSWORD) {
    return passwordGiven
      ? new GroundworkError("PASSWORD_INCORRECT", "The PDF is encrypted and the given password does not open it.", {
          documentId,
        })
      : new GroundworkError(
          "PASSWORD_REQUIRED",
          "The PDF is encrypted. Give its password (settings.password, or --password-file of the command).",
          { documentId },
        );
  }
  if (code === FPDF_ERR_SECURITY) {
    return new GroundworkError(
      "UNSUPPORTED_OPERATION",
      "The PDF is protected by a security handler that PDFium does not know. Save it without protection.",
      { documentId },
    );
  }
  return new GroundworkError(
    "CORRUPT_DOCUMENT",
    `Expected a PDF that PDFium can open, found a broken one (PDFium error ${code}). Repair or replace the file.`,
    { documentId },
  );
}

interface LoadedSource {
  load(password: number): number;
  release(): void;
}

function copyIntoMemory(pdfium: Pdfium, bytes: Uint8Array): LoadedSource {
  const pointer = pdfium.allocate(bytes.length);
  pdfium.views().u8.set(bytes, pointer);
  return {
    load: (password) => pdfium.call("FPDF_LoadMemDocument")(pointer, bytes.length, password),
    release: () => pdfium.free(pointer),
  };
}

/** `FPDF_FILEACCESS { unsigned long m_FileLen; int (*m_GetBlock)(param, position, buffer, size); void* m_Param }`. */
function readInPlace(pdfium: Pdfium, path: string, size: number): LoadedSource {
  const file = openSync(path, "r");
  const getBlock = pdfium.addFunction((_parameter, position, buffer, length) => {
    try {
      const { u8 } = pdfium.views();
      let done = 0;
      while (done < length!) {
        const read = readSync(file, u8, buffer! + done, length! - done, (position! >>> 0) + done);
        if (read === 0) return 0;
        done += read;
      }
      return 1;
    } catch {
      // A C caller cannot take an exception; 0 means that the block could not be read.
      return 0;
    }
  }, "iiiii");
  const access = pdfium.allocate(12);
  const { i32 } = pdfium.views();
  i32[access >> 2] = size;
  i32[(access >> 2) + 1] = getBlock;
  i32[(access >> 2) + 2] = 0;
  return {
    load: (password) => pdfium.call("FPDF_LoadCustomDocument")(access, password),
    release() {
      pdfium.free(access);
      pdfium.removeFunction(getBlock);
      closeSync(file);
    },
  };
}

/** A loaded page. PDFium keeps its content in memory until it is closed. */
export function withPage<T>(document: PdfDocument, index: number, use: (page: number) => T): T | undefined {
  const { pdfium } = document;
  const page = pdfium.call("FPDF_LoadPage")(document.handle, index);
  if (page === 0) return undefined;
  try {
    return use(page);
  } finally {
    pdfium.call("FPDF_ClosePage")(page);
  }
}

/** Size of a page as shown, in points, without loading it. */
export function pageSize(document: PdfDocument, index: number): { width: number; height: number } | undefined {
  const { pdfium } = document;
  return withMemory(pdfium, 8, (pointer) => {
    if (pdfium.call("FPDF_GetPageSizeByIndexF")(document.handle, index, pointer) === 0) return undefined;
    const { f32 } = pdfium.views();
    return { width: f32[pointer >> 2]!, height: f32[(pointer >> 2) + 1]! };
  });
}
