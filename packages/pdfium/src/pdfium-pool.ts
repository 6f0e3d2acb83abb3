import { createPdfium, type Pdfium } from "./pdfium-module.ts";

/** An instance whose memory grew beyond this (bytes) is not used again: WebAssembly memory never shrinks. */
const MAX_KEPT_MEMORY = 96 << 20;
const MAX_IDLE = 1;

/** Lends instances of PDFium, each to one document at a time. One that failed or grew large is dropped. */
export class PdfiumPool {
  readonly #idle: Pdfium[] = [];
  #closed = false;

  async acquire(): Promise<Pdfium> {
    return this.#idle.pop() ?? (await createPdfium());
  }

  release(pdfium: Pdfium, healthy: boolean): void {
    if (this.#closed || !healthy || this.#idle.length >= MAX_IDLE || pdfium.memoryBytes() > MAX_KEPT_MEMORY) return;
    this.#idle.push(pdfium);
  }

  close(): void {
    this.#closed = true;
    this.#idle.length = 0;
  }
}
