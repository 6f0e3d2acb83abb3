import {
  type CallOptions,
  type ErrorIds,
  type Extractor,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { type RecordBatch, tableFromIPC } from "apache-arrow";
import { elementsToIpc, transferable } from "./element-ipc.ts";
import { extractDocument } from "./extract-document.ts";
import type { ExtractionLimits } from "./extraction-limits.ts";
import type { HostPreparation, HostRequest } from "./extraction-message.ts";
import type { ExtractionPool, Isolation } from "./extraction-pool.ts";
import type { ProgressPart } from "./gather-extraction.ts";
import { hostDocument } from "./host-document.ts";
import {
  type PreparationReferences,
  type PreparationStages,
  type PreparationTarget,
  prepareExtracted,
  prepareRevision,
  type TimedDocument,
  timed,
} from "./preparation.ts";
import { RowCollector } from "./row-collector.ts";

/** One document of a bundle. */
export interface PreparationItem {
  readonly document: SourceDocument;
  readonly extractor: Extractor;
  /** Bytes of the text revision's artefact, where it is kept already: nothing is read then. */
  readonly revision?: Uint8Array;
  readonly target: PreparationTarget;
}

export interface PreparedBundle {
  /** In the order of the items: what became of each. */
  readonly documents: readonly (TimedDocument | GroundworkError)[];
  /** Rows of the documents that were prepared, in their order. */
  readonly batches: readonly RecordBatch[];
}

export interface PrepareOptions extends CallOptions {
  readonly maxChildren: number;
  readonly onProgress?: (index: number, part: ProgressPart) => void;
}

export interface Preparer {
  readonly pool: ExtractionPool;
  readonly limits: ExtractionLimits;
  readonly stages: PreparationStages;
  /** Absent when a stage cannot be built elsewhere: then all but the extraction runs in this thread. */
  readonly references: PreparationReferences | undefined;
  readonly recognizer: Extractor | undefined;
}

const idsOf = ({ target }: PreparationItem): ErrorIds => ({
  documentId: target.documentId,
  sourceId: target.sourceId,
  key: target.key,
});

const typedError = (error: unknown, item: PreparationItem): GroundworkError =>
  GroundworkError.from(
    error,
    "INTERNAL",
    "The document could not be processed because of a defect of this library.",
    idsOf(item),
  );

/** Where a document's extractor and the stages behind it run together; `undefined`: not in one host. */
export function hostOf(preparer: Preparer, item: PreparationItem): Isolation | undefined {
  if (preparer.references === undefined) return undefined;
  // Cutting a text that is kept already is JavaScript alone.
  if (item.revision !== undefined) return "thread";
  const { isolation = "none", reference } = item.extractor;
  return isolation === "none" || reference === undefined ? undefined : isolation;
}

/**
 * Takes documents from bytes to rows. Documents that share a kind of host travel together, so that small ones do not pay for
 * a message each; rows come back as record batches, artefacts as bytes, both handed over without a copy.
 *
 * A document that fails is an entry of the result. Only an abort throws.
 */
export async function prepareBundle(
  preparer: Preparer,
  items: readonly PreparationItem[],
  options: PrepareOptions,
): Promise<PreparedBundle> {
  const documents = new Array<TimedDocument | GroundworkError>(items.length);
  const batches: RecordBatch[][] = [];
  // Rows must come in the order of the documents: each run of documents of one kind is one task.
  for (let start = 0; start < items.length; ) {
    const kind = hostOf(preparer, items[start]!);
    let end = start + 1;
    while (end < items.length && hostOf(preparer, items[end]!) === kind) end++;
    const part = items.slice(start, end);
    const offset = start;
    const inner: PrepareOptions = {
      ...options,
      onProgress: (index, progress) => options.onProgress?.(offset + index, progress),
    };
    const prepared =
      kind === undefined
        ? await prepareHere(preparer, part, inner)
        : await prepareInHost(preparer, kind, part, preparer.references!, inner);
    prepared.documents.forEach((document, index) => {
      documents[offset + index] = document;
    });
    batches.push([...prepared.batches]);
    start = end;
  }
  return { documents, batches: batches.flat() };
}

/** Extraction where the extractor wants it, everything behind it in this thread. */
async function prepareHere(
  { pool, stages, recognizer }: Preparer,
  items: readonly PreparationItem[],
  options: PrepareOptions,
): Promise<PreparedBundle> {
  const batches: RecordBatch[] = [];
  const rows = new RowCollector((batch) => batches.push(batch));
  const documents: (TimedDocument | GroundworkError)[] = [];
  for (const [index, item] of items.entries()) {
    const { document, extractor, revision, target } = item;
    try {
      documents.push(
        await timed(async () => {
          if (revision !== undefined) return prepareRevision(stages, revision, target, rows, options);
          const extracted = await extractDocument(pool, extractor, recognizer, document, {
            ...options,
            onProgress: (part) => options.onProgress?.(index, part),
          });
          return prepareExtracted(stages, extracted, target, rows, options);
        }),
      );
    } catch (error) {
      throwIfAborted(options.signal);
      documents.push(typedError(error, item));
    }
  }
  rows.flush();
  return { documents, batches };
}

async function prepareInHost(
  preparer: Preparer,
  kind: Isolation,
  items: readonly PreparationItem[],
  references: PreparationReferences,
  options: PrepareOptions,
): Promise<PreparedBundle> {
  try {
    return await prepareTogether(preparer, kind, items, references, options);
  } catch (error) {
    throwIfAborted(options.signal);
    if (items.length === 1) return { documents: [typedError(error, items[0]!)], batches: [] };
    // The host is gone and one of the documents did it: each alone, so that it harms no other.
    const singles: PreparedBundle[] = [];
    for (const [index, item] of items.entries())
      singles.push(
        await prepareInHost(preparer, kind, [item], references, {
          ...options,
          onProgress: (_, part) => options.onProgress?.(index, part),
        }),
      );
    return {
      documents: singles.flatMap(({ documents }) => documents),
      batches: singles.flatMap(({ batches }) => batches),
    };
  }
}

async function prepareTogether(
  { pool, limits, recognizer }: Preparer,
  kind: Isolation,
  items: readonly PreparationItem[],
  references: PreparationReferences,
  options: PrepareOptions,
): Promise<PreparedBundle> {
  const documents = new Array<TimedDocument | GroundworkError>(items.length);
  const batches: RecordBatch[] = [];
  const preparations: HostPreparation[] = [];
  const sent: number[] = [];
  for (const [index, { document, extractor, revision, target }] of items.entries()) {
    try {
      const held =
        revision === undefined
          ? await hostDocument(document, limits, options)
          : { documentId: "", version: "", mediaType: "", fileName: "", size: 0 };
      preparations.push({
        document: held,
        extractor: extractor.reference!,
        target,
        maxChildren: options.maxChildren,
        ...(revision === undefined ? {} : { revision }),
      });
      sent.push(index);
    } catch (error) {
      throwIfAborted(options.signal);
      documents[index] = typedError(error, items[index]!);
    }
  }
  if (sent.length === 0) return { documents, batches };
  let task = 0;
  let post: (answer: HostRequest, transfer?: readonly ArrayBuffer[]) => void = () => {};
  const replies = pool.run(
    kind,
    (number, answer) => {
      task = number;
      post = answer;
      return {
        type: "prepare",
        task,
        stages: references,
        documents: preparations,
        recognizes: recognizer !== undefined,
      };
    },
    items.length === 1 ? { ...idsOf(items[0]!), stage: "extract" } : { stage: "extract" },
    {
      signal: options.signal,
      documents: sent.length,
      transfer: kind === "thread" ? transferable(preparations.map(({ document }) => document.bytes)) : [],
    },
  );
  for await (const reply of replies) {
    if (reply.type === "rows") batches.push(...tableFromIPC(reply.ipc).batches);
    else if (reply.type === "prepared") documents[sent[reply.index]!] = reply.prepared;
    else if (reply.type === "failed") {
      const { ids, ...error } = reply.error;
      const item = items[sent[reply.index]!]!;
      documents[sent[reply.index]!] = GroundworkError.fromJSON({ ...error, ids: { ...idsOf(item), ...ids } });
    } else if (reply.type === "progress") options.onProgress?.(sent[reply.index]!, reply.part);
    else if (reply.type === "page") {
      const { slot, image } = reply;
      const ids: ErrorIds = { ...idsOf(items[sent[reply.index]!]!), stage: "extract" };
      void pool.recognizePage(recognizer!, image, ids, options).then(
        (elements) => {
          const ipc = elementsToIpc(elements);
          post({ type: "recognized", task, slot, elements: ipc }, kind === "thread" ? transferable([ipc]) : []);
        },
        (error: unknown) =>
          post({
            type: "unrecognized",
            task,
            slot,
            error: GroundworkError.from(
              error,
              "CORRUPT_DOCUMENT",
              "The picture of a page could not be read.",
              ids,
            ).toJSON(),
          }),
      );
    }
  }
  return { documents, batches };
}
