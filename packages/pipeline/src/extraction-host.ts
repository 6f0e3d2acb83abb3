import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import {
  canonicalJson,
  type DocumentContent,
  type ExtractionPart,
  type Extractor,
  encodeElements,
  GroundworkError,
  type ModuleReference,
  placeElements,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { Table, tableToIPC } from "apache-arrow";
import {
  type HostDocument,
  type HostPart,
  type HostReply,
  type HostRequest,
  PART_CREDITS,
} from "./extraction-message.ts";

/**
 * Body of an extraction host: a worker thread or a child process that builds extractors from their references and runs one
 * task at a time. The pool outside enforces time and memory, so nothing here needs to.
 */
const extractors = new Map<string, Promise<Extractor>>();

function send(reply: HostReply, transfer: readonly ArrayBuffer[] = []): void {
  if (parentPort !== null) parentPort.postMessage(reply, [...transfer]);
  else process.send?.(reply);
}

async function build(reference: ModuleReference): Promise<Extractor> {
  const module = (await import(reference.module)) as Record<string, unknown>;
  const factory = module[reference.name];
  if (typeof factory !== "function") {
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `The module of an extractor has no function "${reference.name}".`,
    );
  }
  return (await factory(reference.options)) as Extractor;
}

function extractorOf(reference: ModuleReference): Promise<Extractor> {
  const key = canonicalJson(reference);
  const known = extractors.get(key);
  if (known !== undefined) return known;
  const built = build(reference);
  extractors.set(key, built);
  built.catch(() => extractors.delete(key));
  return built;
}

function contentOf(document: HostDocument): DocumentContent {
  const { path, bytes, size } = document;
  if (path !== undefined) {
    return {
      size,
      path,
      bytes: async (options) => new Uint8Array(await readFile(path, options?.signal ? { signal: options.signal } : {})),
      stream: (options) =>
        createReadStream(path, { highWaterMark: 64 * 1024, ...(options?.signal ? { signal: options.signal } : {}) }),
    };
  }
  const held = bytes ?? new Uint8Array();
  return {
    size,
    bytes: async () => held,
    stream: async function* () {
      for (let offset = 0; offset < held.length; offset += 64 * 1024) yield held.subarray(offset, offset + 64 * 1024);
    },
  };
}

/** Elements as Arrow IPC. The offsets in it are of this part alone; the pipeline places the whole document later. */
function encodePart(
  part: ExtractionPart,
  documentId: string,
  version: string,
): { part: HostPart; transfer: ArrayBuffer[] } {
  if (part.type === "elements") {
    const { elements } = placeElements(
      part.elements.map((element) => ({ ...element, sectionPath: element.sectionPath ?? [] })),
    );
    const ipc = tableToIPC(new Table([encodeElements({ documentId, version }, elements)]), "stream");
    return {
      part: { type: "elements", ipc },
      transfer: ipc.byteOffset === 0 && ipc.byteLength === ipc.buffer.byteLength ? [ipc.buffer as ArrayBuffer] : [],
    };
  }
  return { part, transfer: [] };
}

let running: { task: number; abort: AbortController; credits: number; wake: (() => void) | undefined } | undefined;

async function run(request: Extract<HostRequest, { type: "extract" | "recognize" }>): Promise<void> {
  const abort = new AbortController();
  const state: NonNullable<typeof running> = { task: request.task, abort, credits: PART_CREDITS, wake: undefined };
  running = state;
  send({ type: "started", task: request.task });
  const credit = async (): Promise<void> => {
    while (state.credits === 0 && !abort.signal.aborted) await new Promise<void>((resolve) => (state.wake = resolve));
    state.credits--;
    throwIfAborted(abort.signal);
  };
  try {
    const extractor = await extractorOf(request.reference);
    if (request.type === "recognize") {
      if (extractor.recognizePage === undefined)
        throw new GroundworkError("INVALID_CONFIGURATION", "The extractor cannot read pictures of pages.");
      const elements = await extractor.recognizePage(request.image, { signal: abort.signal });
      const { part, transfer } = encodePart({ type: "elements", elements }, "", "");
      send({ type: "part", task: request.task, part }, transfer);
    } else {
      const { documentId, version, mediaType, fileName, password } = request.document;
      const document: SourceDocument = {
        documentId,
        version,
        mediaType,
        fileName,
        content: contentOf(request.document),
        ...(password === undefined ? {} : { password }),
      };
      for await (const extracted of extractor.extract(document, { signal: abort.signal })) {
        await credit();
        const { part, transfer } = encodePart(extracted, documentId, version);
        send({ type: "part", task: request.task, part }, transfer);
      }
    }
    send({ type: "end", task: request.task });
  } catch (cause) {
    const error = GroundworkError.from(
      cause,
      "CORRUPT_DOCUMENT",
      "The document could not be read: its parser failed on it. Check that the file opens in its own program.",
      {
        stage: "extract",
      },
    );
    send({ type: "error", task: request.task, error: error.toJSON() });
  } finally {
    running = undefined;
  }
}

function receive(request: HostRequest): void {
  if (request.type === "taken" || request.type === "abort") {
    if (running?.task !== request.task) return;
    if (request.type === "taken") running.credits++;
    else running.abort.abort();
    running.wake?.();
    running.wake = undefined;
    return;
  }
  void run(request);
}

if (parentPort !== null) parentPort.on("message", receive);
else {
  process.on("message", receive);
  // The parent is gone: nothing is left to work for.
  process.on("disconnect", () => process.exit(0));
}
