import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import {
  type DocumentContent,
  type DocumentElement,
  type ErrorIds,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  ReferenceCache,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { type RecordBatch, Table, tableToIPC } from "apache-arrow";
import { elementsFromIpc, elementsToIpc, transferable } from "./element-ipc.ts";
import {
  type HostDocument,
  type HostPart,
  type HostPreparation,
  type HostReply,
  type HostRequest,
  PART_CREDITS,
} from "./extraction-message.ts";
import { gatherExtraction } from "./gather-extraction.ts";
import {
  type PreparationStages,
  type PreparedDocument,
  prepareExtracted,
  prepareRevision,
  timed,
} from "./preparation.ts";
import { RowCollector } from "./row-collector.ts";

/**
 * Body of an extraction host: a worker thread or a child process that builds extractors and the stages behind them from their
 * references and runs one task at a time. The pool outside enforces time and memory, so nothing here needs to.
 */
const references = new ReferenceCache();

type Task = Extract<HostRequest, { type: "extract" | "recognize" | "prepare" }>;

interface Running {
  readonly task: number;
  readonly abort: AbortController;
  credits: number;
  wake: (() => void) | undefined;
  readonly pages: Map<number, { resolve(elements: DocumentElement[]): void; reject(error: unknown): void }>;
}

let running: Running | undefined;

function send(reply: HostReply, transfer: readonly ArrayBuffer[] = []): void {
  if (parentPort !== null) parentPort.postMessage(reply, [...transfer]);
  else process.send?.(reply);
}

async function credit(state: Running): Promise<void> {
  while (state.credits === 0 && !state.abort.signal.aborted)
    await new Promise<void>((resolve) => {
      state.wake = resolve;
    });
  state.credits--;
  throwIfAborted(state.abort.signal);
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

function sourceDocument(document: HostDocument): SourceDocument {
  const { documentId, version, mediaType, fileName, password } = document;
  return {
    documentId,
    version,
    mediaType,
    fileName,
    content: contentOf(document),
    ...(password === undefined ? {} : { password }),
  };
}

function encodePart(part: ExtractionPart, { documentId, version }: HostDocument): HostPart {
  return part.type === "elements" ? { type: "elements", ipc: elementsToIpc(part.elements, documentId, version) } : part;
}

const parserFailed = (cause: unknown): GroundworkError =>
  GroundworkError.from(
    cause,
    "CORRUPT_DOCUMENT",
    "The document could not be read: its parser failed on it. Check that the file opens in its own program.",
    { stage: "extract" },
  );

async function extract(request: Extract<Task, { type: "extract" }>, state: Running): Promise<void> {
  const { task, document } = request;
  const extractor = await references.get<Extractor>(request.reference);
  for await (const extracted of extractor.extract(sourceDocument(document), { signal: state.abort.signal })) {
    await credit(state);
    const part = encodePart(extracted, document);
    send({ type: "part", task, part }, part.type === "elements" ? transferable([part.ipc]) : []);
  }
}

async function recognize(request: Extract<Task, { type: "recognize" }>, state: Running): Promise<void> {
  const extractor = await references.get<Extractor>(request.reference);
  if (extractor.recognizePage === undefined)
    throw new GroundworkError("INVALID_CONFIGURATION", "The extractor cannot read pictures of pages.");
  const elements = await extractor.recognizePage(request.image, { signal: state.abort.signal });
  const ipc = elementsToIpc(elements);
  send({ type: "part", task: request.task, part: { type: "elements", ipc } }, transferable([ipc]));
}

async function prepareOne(
  item: HostPreparation,
  index: number,
  request: Extract<Task, { type: "prepare" }>,
  stages: PreparationStages,
  rows: RowCollector,
  state: Running,
): Promise<PreparedDocument> {
  const { task } = request;
  const { signal } = state.abort;
  const { target } = item;
  if (item.revision !== undefined) return prepareRevision(stages, item.revision, target, rows, { signal });
  const extractor = await references.get<Extractor>(item.extractor);
  const ids: ErrorIds = { documentId: target.documentId, stage: "extract" };
  let slots = 0;
  const extracted = await gatherExtraction(
    extractor.extract(sourceDocument(item.document), { signal }),
    request.recognizes
      ? (image) => {
          const slot = slots++;
          return new Promise((resolve, reject) => {
            state.pages.set(slot, { resolve, reject });
            send({ type: "page", task, index, slot, image });
          });
        }
      : undefined,
    ids,
    {
      signal,
      maxChildren: item.maxChildren,
      onProgress: (part) => send({ type: "progress", task, index, part }),
    },
  );
  return prepareExtracted(stages, extracted, target, rows, { signal });
}

async function prepare(request: Extract<Task, { type: "prepare" }>, state: Running): Promise<void> {
  const { task } = request;
  const stages: PreparationStages = {
    enrichers: await Promise.all(request.stages.enrichers.map((reference) => references.get<never>(reference))),
    pii: await references.get(request.stages.pii),
    chunker: await references.get(request.stages.chunker),
  };
  const batches: RecordBatch[] = [];
  const rows = new RowCollector((batch) => batches.push(batch));
  const sendRows = async (): Promise<void> => {
    for (const batch of batches.splice(0)) {
      await credit(state);
      const ipc = tableToIPC(new Table([batch]), "stream");
      send({ type: "rows", task, ipc }, transferable([ipc]));
    }
  };
  for (const [index, item] of request.documents.entries()) {
    send({ type: "document", task, index });
    try {
      const prepared = await timed(() => prepareOne(item, index, request, stages, rows, state));
      await credit(state);
      send(
        { type: "prepared", task, index, prepared },
        transferable([prepared.artifact, ...prepared.children.map(({ bytes }) => bytes)]),
      );
    } catch (cause) {
      throwIfAborted(state.abort.signal);
      send({ type: "failed", task, index, error: parserFailed(cause).toJSON() });
    }
    await sendRows();
  }
  rows.flush();
  await sendRows();
}

async function run(request: Task): Promise<void> {
  const { task } = request;
  const state: Running = {
    task,
    abort: new AbortController(),
    credits: PART_CREDITS,
    wake: undefined,
    pages: new Map(),
  };
  running = state;
  send({ type: "started", task });
  try {
    if (request.type === "extract") await extract(request, state);
    else if (request.type === "recognize") await recognize(request, state);
    else await prepare(request, state);
    running = undefined;
    send({ type: "end", task });
  } catch (cause) {
    running = undefined;
    send({ type: "error", task, error: parserFailed(cause).toJSON() });
  }
}

function receive(request: HostRequest): void {
  if (request.type === "extract" || request.type === "recognize" || request.type === "prepare") {
    void run(request);
    return;
  }
  if (running?.task !== request.task) return;
  if (request.type === "recognized") running.pages.get(request.slot)?.resolve(elementsFromIpc(request.elements));
  else if (request.type === "unrecognized")
    running.pages.get(request.slot)?.reject(GroundworkError.fromJSON(request.error));
  else {
    if (request.type === "taken") running.credits++;
    else running.abort.abort();
    running.wake?.();
    running.wake = undefined;
  }
}

if (parentPort !== null) parentPort.on("message", receive);
else {
  process.on("message", receive);
  // The parent is gone: nothing is left to work for.
  process.on("disconnect", () => process.exit(0));
}
