import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { init } from "@embedpdf/pdfium";

/** A function of PDFium's C interface as the module exports it: pointers, integers and floats are numbers. */
export type Native = (...parameters: number[]) => number;

/**
 * One instance of PDFium with its own linear memory. Views of the memory are renewed after it grew, so read them from
 * the instance each time and never keep one across a native call.
 */
export interface Pdfium {
  readonly call: (name: string) => Native;
  readonly views: () => MemoryViews;
  readonly memoryBytes: () => number;
  readonly allocate: (bytes: number) => number;
  readonly free: (pointer: number) => void;
  readonly addFunction: (callback: (...parameters: number[]) => number, signature: string) => number;
  readonly removeFunction: (pointer: number) => void;
  /** A key or name as a C string that stays as long as the instance. For the few that the code itself names. */
  readonly constant: (text: string) => number;
}

/** WebAssembly's memory is full: the document is too large for this instance. */
export class PdfiumMemoryError extends Error {}

export interface MemoryViews {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** The part of the WebAssembly JavaScript interface that is used: the ES library types leave it to the DOM's. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmCode>;
  readonly Instance: new (code: WasmCode, imports: object) => { readonly exports: object };
}
interface WasmCode {
  readonly [Symbol.toStringTag]: string;
}
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
const { compile, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

interface EmscriptenModule {
  readonly wasmExports: { readonly memory: WasmMemory; malloc(size: number): number; free(p: number): void };
  addFunction(callback: (...parameters: number[]) => number, signature: string): number;
  removeFunction(pointer: number): void;
  readonly [name: `_${string}`]: Native | undefined;
}

let compiled: Promise<WasmCode> | undefined;

/** The compiled code is the same for every instance of the process; only memories differ. */
function compileOnce(): Promise<WasmCode> {
  compiled ??= readFile(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm"))
    .then((bytes) => compile(bytes))
    .catch((error: unknown) => {
      compiled = undefined;
      throw error;
    });
  return compiled;
}

/** Creates an instance (about 10 ms after the first one of the process, which compiles 4.6 MB). */
export async function createPdfium(): Promise<Pdfium> {
  const code = await compileOnce();
  const overrides = {
    instantiateWasm(imports: object, done: (instance: object) => void) {
      const instance = new Instance(code, imports);
      done(instance);
      return instance.exports;
    },
    print: () => undefined,
    printErr: () => undefined,
  };
  const wrapped = await init(overrides as unknown as Parameters<typeof init>[0]);
  const module = wrapped.pdfium as unknown as EmscriptenModule;
  const { memory, malloc, free } = module.wasmExports;
  let views: MemoryViews = viewsOf(memory);
  const functions = new Map<string, Native>();
  const constants = new Map<string, number>();
  const pdfium: Pdfium = {
    call(name) {
      let found = functions.get(name);
      if (found === undefined) {
        // The exports themselves: the module's own functions are wrappers that cost as much as the call.
        found = (module.wasmExports as unknown as Record<string, Native | undefined>)[name] ?? module[`_${name}`];
        if (found === undefined) throw new Error(`PDFium has no function ${name}`);
        functions.set(name, found);
      }
      return found;
    },
    views() {
      // Growing detaches the old buffer, which leaves views of length 0.
      if (views.u8.length === 0) views = viewsOf(memory);
      return views;
    },
    memoryBytes: () => memory.buffer.byteLength,
    allocate(bytes) {
      const pointer = malloc(Math.max(1, bytes));
      if (pointer === 0) throw new PdfiumMemoryError(`PDFium's memory has no room for ${bytes} bytes`);
      return pointer;
    },
    free,
    addFunction: (callback, signature) => module.addFunction(callback, signature),
    removeFunction: (pointer) => module.removeFunction(pointer),
    constant(text) {
      let pointer = constants.get(text);
      if (pointer === undefined) {
        pointer = writeUtf8(pdfium, text);
        constants.set(text, pointer);
      }
      return pointer;
    },
  };
  pdfium.call("PDFiumExt_Init")();
  return pdfium;
}

function viewsOf(memory: WasmMemory): MemoryViews {
  const { buffer } = memory;
  return {
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  };
}

const UTF16 = new TextDecoder("utf-16le");
const UTF8 = new TextDecoder("utf-8");

/** Runs `use` with a scratch block that is freed also when it throws. */
export function withMemory<T>(pdfium: Pdfium, bytes: number, use: (pointer: number) => T): T {
  const pointer = pdfium.allocate(bytes);
  try {
    return use(pointer);
  } finally {
    pdfium.free(pointer);
  }
}

/** Longest string read from a document (bytes): titles, names and field values above it are cut. */
const MAX_STRING_BYTES = 1 << 20;

/**
 * Reads a string of the many functions that take (buffer, length in bytes) last and return the bytes needed, the
 * terminator included.
 */
export function readText(
  pdfium: Pdfium,
  read: (buffer: number, bytes: number) => number,
  encoding: "utf16" | "utf8",
): string {
  const needed = Math.min(read(0, 0), MAX_STRING_BYTES) & (encoding === "utf16" ? ~1 : ~0);
  const terminator = encoding === "utf16" ? 2 : 1;
  if (needed <= terminator) return "";
  return withMemory(pdfium, needed, (buffer) => {
    if (read(buffer, needed) === 0) return "";
    const bytes = pdfium.views().u8.slice(buffer, buffer + needed - terminator);
    return (encoding === "utf16" ? UTF16 : UTF8).decode(bytes).replace(/\0+$/, "");
  });
}

/** Writes a zero-terminated UTF-8 string. The caller frees it. */
export function writeUtf8(pdfium: Pdfium, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  const pointer = pdfium.allocate(bytes.length + 1);
  const { u8 } = pdfium.views();
  u8.set(bytes, pointer);
  u8[pointer + bytes.length] = 0;
  return pointer;
}

/** Zero-terminated UTF-16LE, for the functions that take `FPDF_WIDESTRING`. The caller frees it. */
export function writeUtf16(pdfium: Pdfium, text: string): number {
  const bytes = Buffer.from(`${text}\0`, "utf16le");
  const pointer = pdfium.allocate(bytes.length);
  pdfium.views().u8.set(bytes, pointer);
  return pointer;
}
