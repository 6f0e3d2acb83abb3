import {
  type CallOptions,
  type CatalogDocument,
  type DeadLetter,
  documentIdOf,
  GroundworkError,
  type ListingEnd,
  LOCAL_OWNER,
  type Permissions,
  type Source,
  type SourceObject,
  throwIfAborted,
} from "@groundwork/contracts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { type StageFingerprints, stageFingerprints } from "./stage-fingerprints.ts";

export type PlanAction = "add" | "change" | "delete" | "hide" | "stale" | "retry" | "skip";

export type RedoStage = "read" | "cut" | "embed" | "rows";

export interface PlanItem {
  readonly action: PlanAction;
  /** `new`, `bytes`, `configuration`, `permissions-or-attributes`, `verify`, `failed-before`, `gone`, `forbidden`, `unavailable`. */
  readonly reason: string;
  readonly documentId: string;
  readonly key: string;
  /** Absent for what is no longer listed. */
  readonly object?: SourceObject;
  readonly permissions: Permissions;
  readonly previous?: CatalogDocument;
}

/** What an ingestion would do, and why. Items that need nothing are counted, not listed. */
export interface Plan {
  readonly sources: readonly Source[];
  readonly items: readonly { readonly source: Source; readonly item: PlanItem }[];
  readonly counts: Readonly<Record<PlanAction | "unchanged", number>>;
  /**
   * What a changed configuration makes new, by the first stage that differs: documents whose text must be read again, whose
   * text is kept but must be cut again, whose chunks stay but must be embedded again, or whose rows only say something else.
   */
  readonly redo: Readonly<Record<RedoStage, number>>;
  /** Bytes to read, as far as the listing tells. */
  readonly bytes: number;
  /** Sources whose listing did not end: nothing is deleted there. */
  readonly incomplete: readonly { readonly sourceId: string; readonly reason: string }[];
  /** Why the plan asks before it deletes; absent when it need not. */
  readonly massDelete?: { readonly sourceId: string; readonly deletes: number; readonly live: number };
  readonly configuration: string;
  /** The newest publication that the plan knows of. */
  readonly watermark: number;
}

export interface PlanOptions extends CallOptions {
  /** Read and hash every object, also where the listing's hint says it has not changed. @default false */
  readonly verify?: boolean;
  readonly onProgress?: (listed: number) => void;
}

/** Who may read an object: its own permissions, else the source's default, else (only where no permissions exist) the local owner. */
export function permissionsOf(source: Source, object: SourceObject): Permissions {
  return (
    object.permissions ?? source.defaultAccess ?? { allow: source.carriesPermissions === true ? [] : [LOCAL_OWNER] }
  );
}

/** Walks listing and catalog side by side: both ascend by key, so memory does not grow with either. */
async function* compare(
  source: Source,
  parts: PipelineParts,
  options: PlanOptions,
): AsyncGenerator<{ object?: SourceObject; previous?: CatalogDocument } | { end: ListingEnd }> {
  const catalogued = parts.catalog.listDocuments({ sourceId: source.sourceId }, options)[Symbol.asyncIterator]();
  const nextKnown = async (): Promise<CatalogDocument | undefined> => {
    for (;;) {
      const { done, value } = await catalogued.next();
      if (done === true) return undefined;
      // Attachments and archive members follow their parent.
      if (value.parentId === undefined) return value;
    }
  };
  let lastKey: string | undefined;
  let end: ListingEnd | undefined;
  try {
    let known = await nextKnown();
    for await (const item of source.list(options)) {
      throwIfAborted(options.signal, { sourceId: source.sourceId });
      if ("end" in item) {
        end = item.end;
        break;
      }
      const { object } = item;
      if (lastKey !== undefined && object.key <= lastKey) {
        throw new GroundworkError(
          "SOURCE_INCOMPLETE",
          "The source must list each key once, in ascending order of code units. Its listing does not.",
          {
            sourceId: source.sourceId,
          },
        );
      }
      lastKey = object.key;
      while (known !== undefined && known.key < object.key) {
        yield { previous: known };
        known = await nextKnown();
      }
      if (known?.key === object.key) {
        yield { object, previous: known };
        known = await nextKnown();
      } else {
        yield { object };
      }
    }
    while (known !== undefined) {
      yield { previous: known };
      known = await nextKnown();
    }
  } finally {
    await catalogued.return?.(undefined);
  }
  yield { end: end ?? { complete: false, reason: "the listing stopped without saying that it ended" } };
}

function decide(
  source: Source,
  object: SourceObject,
  previous: CatalogDocument | undefined,
  fingerprints: StageFingerprints,
  deadLetter: DeadLetter | undefined,
  verify: boolean,
  hasPassword: boolean,
): { action: PlanAction | "unchanged"; reason: string } {
  if (object.state === "unavailable")
    return previous === undefined
      ? { action: "skip", reason: "unavailable" }
      : { action: "stale", reason: "unavailable" };
  if (object.state === "hidden") {
    if (previous === undefined) return { action: "skip", reason: "forbidden" };
    return previous.state === "hidden"
      ? { action: "unchanged", reason: "forbidden" }
      : { action: "hide", reason: "forbidden" };
  }
  if (previous === undefined || previous.state === "deleted") return { action: "add", reason: "new" };
  const sameHint = object.hint !== undefined && object.hint === previous.hint;
  const keptOut = deadLetter?.error.code === "DATA_QUALITY_FAILED";
  const making =
    previous.mediaType === undefined
      ? undefined
      : fingerprints.document(previous.mediaType, permissionsOf(source, object), object.attributes);
  const sameMaking =
    making !== undefined && previous.fingerprint === (keptOut ? fingerprints.quarantined(making) : making);
  if (previous.state === "hidden") return { action: "change", reason: "permissions-or-attributes" };
  if (deadLetter !== undefined && sameHint && sameMaking) {
    // A password that was not there before is a reason to try again.
    const opens = hasPassword && deadLetter.error.code.startsWith("PASSWORD_");
    return deadLetter.error.retryable || opens
      ? { action: "retry", reason: "failed-before" }
      : { action: "skip", reason: "failed-before" };
  }
  if (!sameHint) return { action: "change", reason: "bytes" };
  if (!sameMaking) {
    const permissions = permissionsOf(source, object);
    const samePermissions =
      [...permissions.allow].sort().join("\n") === [...previous.permissions.allow].sort().join("\n") &&
      [...(permissions.deny ?? [])].sort().join("\n") === [...(previous.permissions.deny ?? [])].sort().join("\n");
    return { action: "change", reason: samePermissions ? "configuration" : "permissions-or-attributes" };
  }
  if (previous.state === "stale") return { action: "change", reason: "unavailable" };
  return verify ? { action: "change", reason: "verify" } : { action: "unchanged", reason: "" };
}

async function firstDifference(
  { liveRevision, mediaType }: CatalogDocument,
  fingerprints: StageFingerprints,
  { catalog }: Pick<PipelineParts, "catalog">,
  options: CallOptions,
): Promise<RedoStage> {
  const revision = liveRevision === undefined ? undefined : await catalog.getRevision(liveRevision, options);
  if (revision === undefined || revision.extraction !== fingerprints.extraction(mediaType!)) return "read";
  if (revision.chunker !== fingerprints.chunker) return "cut";
  return revision.embedder === fingerprints.embedder ? "rows" : "embed";
}

/**
 * Lists the sources and compares them with the catalog. Nothing is read but listings and catalog, nothing is written. Deletes are
 * planned only where a listing completed, and only inside what it covered.
 */
export async function planIngest(
  sources: readonly Source[],
  parts: PipelineParts,
  options: PlanOptions = {},
): Promise<Plan> {
  const fingerprints = stageFingerprints(parts);
  const watermark = await parts.catalog.watermark(options);
  const counts: Record<PlanAction | "unchanged", number> = {
    add: 0,
    change: 0,
    delete: 0,
    hide: 0,
    stale: 0,
    retry: 0,
    skip: 0,
    unchanged: 0,
  };
  const items: { source: Source; item: PlanItem }[] = [];
  const incomplete: { sourceId: string; reason: string }[] = [];
  const redo: Record<RedoStage, number> = { read: 0, cut: 0, embed: 0, rows: 0 };
  let massDelete: Plan["massDelete"];
  let bytes = 0;
  let listed = 0;
  const share = parts.settings?.massDeleteShare ?? 0.3;
  for (const source of sources) {
    const { sourceId } = source;
    const deadLetters = new Map<string, DeadLetter>();
    for await (const letter of parts.catalog.listDeadLetters({ sourceId }, options)) {
      // A member's failure that may pass is a reason to open its container again.
      const container = letter.key.indexOf("!/");
      if (container < 0) deadLetters.set(letter.documentId, letter);
      else if (letter.error.retryable) deadLetters.set(documentIdOf(sourceId, letter.key.slice(0, container)), letter);
    }
    const gone: CatalogDocument[] = [];
    let live = 0;
    let seen = 0;
    for await (const step of compare(source, parts, options)) {
      if ("end" in step) {
        if (!step.end.complete) {
          incomplete.push({ sourceId, reason: step.end.reason ?? "the listing did not complete" });
          gone.length = 0;
        }
        const { scope } = step.end;
        const covered =
          scope === undefined
            ? gone
            : gone.filter((document) => scope.some((prefix) => document.key.startsWith(prefix)));
        for (const previous of covered) {
          const { documentId, key, permissions } = previous;
          items.push({ source, item: { action: "delete", reason: "gone", documentId, key, permissions, previous } });
          counts.delete++;
        }
        if ((seen === 0 && covered.length > 0 && live > 0) || (covered.length > 10 && covered.length > share * live)) {
          massDelete ??= { sourceId, deletes: covered.length, live };
        }
        continue;
      }
      const { object, previous } = step;
      if (previous !== undefined && previous.state !== "deleted") live++;
      if (object === undefined) {
        if (previous !== undefined && previous.state !== "deleted") gone.push(previous);
        continue;
      }
      seen++;
      listed++;
      if (listed % 1000 === 0) options.onProgress?.(listed);
      const documentId = previous?.documentId ?? documentIdOf(sourceId, object.key);
      const { action, reason } = decide(
        source,
        object,
        previous,
        fingerprints,
        deadLetters.get(documentId),
        options.verify === true,
        parts.settings?.password?.(object.key) !== undefined,
      );
      counts[action]++;
      if (action === "unchanged") continue;
      const stage =
        reason === "configuration" ? await firstDifference(previous!, fingerprints, parts, options) : undefined;
      if (stage !== undefined) redo[stage]++;
      // A text that is kept is not read again.
      const reads = action === "add" || action === "change" || action === "retry";
      if (reads && (stage === undefined || stage === "read")) bytes += object.size ?? 0;
      items.push({
        source,
        item: {
          action,
          reason,
          documentId,
          key: object.key,
          object,
          permissions: permissionsOf(source, object),
          ...(previous === undefined ? {} : { previous }),
        },
      });
    }
  }
  options.onProgress?.(listed);
  return {
    sources,
    items,
    counts,
    redo,
    bytes,
    incomplete,
    configuration: fingerprints.configuration,
    watermark,
    ...(massDelete === undefined ? {} : { massDelete }),
  };
}
