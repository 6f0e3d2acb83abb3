import { setTimeout as sleep } from "node:timers/promises";
import {
  type AnswerRecord,
  type CallOptions,
  type Catalog,
  type CatalogDocument,
  type CatalogRevision,
  type DeadLetter,
  type DocumentFinding,
  type DocumentOutcome,
  GroundworkError,
  type Lease,
  type LineageEdge,
  type OpenPublication,
  type RunRecord,
  throwIfAborted,
} from "@groundwork/contracts";

/** What a catalog in memory keeps, for several handles on one place. */
export interface MemoryCatalogSpace {
  readonly documents: Map<string, CatalogDocument>;
  readonly revisions: Map<string, CatalogRevision>;
  readonly runs: Map<string, RunRecord>;
  /** By run, then by document. */
  readonly outcomes: Map<string, Map<string, DocumentOutcome>>;
  readonly deadLetters: Map<string, DeadLetter>;
  readonly edges: Map<string, LineageEdge>;
  readonly answers: Map<string, AnswerRecord>;
  readonly open: Map<number, OpenPublication>;
  readonly leases: Map<string, { token: number; held: boolean; expiresAt: number }>;
  readonly settings: Map<string, string>;
  lastSequence: number;
}

export function createMemoryCatalogSpace(): MemoryCatalogSpace {
  return {
    documents: new Map(),
    revisions: new Map(),
    runs: new Map(),
    outcomes: new Map(),
    deadLetters: new Map(),
    edges: new Map(),
    answers: new Map(),
    open: new Map(),
    leases: new Map(),
    settings: new Map(),
    lastSequence: 0,
  };
}

/** The catalog in memory: the reference of the contract. An iteration works on a copy of the list. */
export function memoryCatalog(space: MemoryCatalogSpace = createMemoryCatalogSpace()): Catalog {
  let state: "new" | "open" | "closed" = "new";
  const ready = (options: CallOptions | undefined): void => {
    if (state !== "open") throw new GroundworkError("INVALID_ARGUMENT", "The catalog is not open.");
    throwIfAborted(options?.signal);
  };
  const putDocuments = (documents: readonly CatalogDocument[]): void => {
    for (const document of documents) space.documents.set(document.documentId, structuredClone(document));
  };
  const putOutcomes: (...parameters: Parameters<Catalog["recordOutcomes"]>) => void = (runId, record) => {
    const outcomes = space.outcomes.get(runId) ?? new Map<string, DocumentOutcome>();
    space.outcomes.set(runId, outcomes);
    for (const outcome of record.outcomes) outcomes.set(outcome.documentId, structuredClone(outcome));
    for (const letter of record.deadLetters ?? []) space.deadLetters.set(letter.documentId, structuredClone(letter));
    for (const documentId of record.settled ?? []) space.deadLetters.delete(documentId);
  };
  const closePublication = (sequence: number): OpenPublication => {
    const publication = space.open.get(sequence);
    if (publication === undefined) {
      throw new GroundworkError("STORE_CONFLICT", `Expected publication ${sequence} to be open, it is not.`);
    }
    space.open.delete(sequence);
    return publication;
  };
  async function* iterate<T>(
    items: readonly T[],
    options: CallOptions | undefined,
  ): AsyncGenerator<T, void, undefined> {
    for (const item of items) {
      throwIfAborted(options?.signal);
      yield structuredClone(item);
    }
  }
  return {
    name: "memory",
    async open(options) {
      if (state === "closed") throw new GroundworkError("INVALID_ARGUMENT", "The catalog is closed.");
      throwIfAborted(options?.signal);
      state = "open";
    },
    async close() {
      state = "closed";
    },

    async getDocument(documentId, options) {
      ready(options);
      return structuredClone(space.documents.get(documentId));
    },
    async getDocuments(documentIds, options) {
      ready(options);
      const found = new Map<string, CatalogDocument>();
      for (const documentId of documentIds) {
        const document = space.documents.get(documentId);
        if (document !== undefined) found.set(documentId, structuredClone(document));
      }
      return found;
    },
    async findVersions(versions, options) {
      ready(options);
      const wanted = new Set(versions);
      const found = new Map<string, string[]>();
      for (const { documentId, version } of space.documents.values())
        if (version !== undefined && wanted.has(version))
          found.set(version, [...(found.get(version) ?? []), documentId].sort());
      return found;
    },
    async *listDocuments(query = {}, options) {
      ready(options);
      const { sourceId, keyPrefix = "", states, version, parentId } = query;
      const found = [...space.documents.values()].filter(
        (document) =>
          (sourceId === undefined || document.sourceId === sourceId) &&
          document.key.startsWith(keyPrefix) &&
          (states === undefined || states.includes(document.state)) &&
          (version === undefined || document.version === version) &&
          (parentId === undefined || document.parentId === parentId),
      );
      yield* iterate(found.sort(byPlace), options);
    },
    async getRevision(revisionId, options) {
      ready(options);
      return structuredClone(space.revisions.get(revisionId));
    },
    async listRevisions(documentId, options) {
      ready(options);
      const found = [...space.revisions.values()].filter((revision) => revision.documentId === documentId);
      return structuredClone(found.sort((a, b) => a.publishedFrom - b.publishedFrom));
    },
    async *listFindings(query = {}, options) {
      ready(options);
      const { documentId, sourceId, types } = query;
      const found = [...space.documents.values()]
        .filter(
          (document) =>
            (document.state === "live" || document.state === "stale") &&
            (documentId === undefined || document.documentId === documentId) &&
            (sourceId === undefined || document.sourceId === sourceId),
        )
        .sort(byPlace)
        .flatMap((document): DocumentFinding[] => {
          const revision = space.revisions.get(document.liveRevision ?? "");
          return (revision?.findings ?? [])
            .filter(({ type }) => types === undefined || types.includes(type))
            .toSorted((a, b) => (`${a.type} ${a.action}` < `${b.type} ${b.action}` ? -1 : 1))
            .map((finding) => ({ ...finding, documentId: document.documentId, revisionId: revision!.revisionId }));
        });
      yield* iterate(found, options);
    },
    async updateDocuments(documents, options) {
      ready(options);
      putDocuments(documents);
    },

    async startRun(run, options) {
      ready(options);
      space.runs.set(run.runId, structuredClone(run));
    },
    async finishRun(run, options) {
      ready(options);
      space.runs.set(run.runId, structuredClone(run));
    },
    async getRun(runId, options) {
      ready(options);
      return structuredClone(space.runs.get(runId));
    },
    async listRuns(query = {}, options) {
      ready(options);
      const runs = [...space.runs.values()].reverse().sort((a, b) => b.startedAt - a.startedAt);
      return structuredClone(runs.slice(0, query.limit));
    },
    async *listOutcomes(runId, options) {
      ready(options);
      yield* iterate([...(space.outcomes.get(runId)?.values() ?? [])], options);
    },
    async recordOutcomes(runId, record, options) {
      ready(options);
      putDocuments(record.documents ?? []);
      putOutcomes(runId, record);
    },
    async *listDeadLetters(query = {}, options) {
      ready(options);
      const found = [...space.deadLetters.values()].filter(
        (letter) => query.sourceId === undefined || letter.sourceId === query.sourceId,
      );
      yield* iterate(found.sort(byPlace), options);
    },

    async beginPublication(runId, options = {}) {
      ready(options);
      const sequence = ++space.lastSequence;
      const startedAt = Date.now();
      space.open.set(sequence, { sequence, runId, startedAt, expiresAt: startedAt + (options.ttlMs ?? 60_000) });
      return sequence;
    },
    async touchPublication(sequence, ttlMs, options) {
      ready(options);
      space.open.set(sequence, { ...closePublication(sequence), expiresAt: Date.now() + ttlMs });
    },
    async commitPublication(sequence, commit, options) {
      ready(options);
      const { runId } = closePublication(sequence);
      putDocuments(commit.documents);
      for (const revision of commit.revisions) space.revisions.set(revision.revisionId, structuredClone(revision));
      for (const revisionId of commit.retired) {
        const revision = space.revisions.get(revisionId);
        if (revision !== undefined) space.revisions.set(revisionId, { ...revision, publishedTo: sequence });
      }
      for (const revisionId of commit.purged ?? []) space.revisions.delete(revisionId);
      for (const edge of commit.edges) space.edges.set(edgeKey(edge), structuredClone(edge));
      putOutcomes(runId, commit);
    },
    async abortPublication(sequence, options) {
      ready(options);
      closePublication(sequence);
    },
    async openPublications(options) {
      ready(options);
      return structuredClone([...space.open.values()].sort((a, b) => a.sequence - b.sequence));
    },
    async watermark(options) {
      ready(options);
      return space.open.size === 0 ? space.lastSequence : Math.min(...space.open.keys()) - 1;
    },

    async *listEdges(query, options) {
      ready(options);
      const asked = Object.entries(query).filter(([, value]) => value !== undefined);
      const found = [...space.edges.values()].filter((edge) =>
        asked.every(([field, value]) => edge[field as keyof LineageEdge] === value),
      );
      yield* iterate(found, options);
    },
    async recordAnswer(answer, options) {
      ready(options);
      space.answers.delete(answer.answerId);
      space.answers.set(answer.answerId, structuredClone(answer));
    },
    async listAnswers({ revisionId, limit }, options) {
      ready(options);
      const found = [...space.answers.values()].filter(
        (answer) => revisionId === undefined || answer.revisionIds.includes(revisionId),
      );
      return structuredClone(
        found
          .reverse()
          .sort((a, b) => b.at - a.at)
          .slice(0, limit),
      );
    },

    async acquireLease(name, options = {}) {
      const { ttlMs = 30_000, waitMs = 0, signal } = options;
      const deadline = performance.now() + waitMs;
      for (;;) {
        ready(options);
        const lease = space.leases.get(name);
        if (lease === undefined || !lease.held || lease.expiresAt <= Date.now()) {
          const token = (lease?.token ?? 0) + 1;
          space.leases.set(name, { token, held: true, expiresAt: Date.now() + ttlMs });
          return leaseOf(space, ready, name, token, ttlMs);
        }
        if (performance.now() >= deadline) {
          throw new GroundworkError("LEASE_HELD", `Lease "${name}" is held by another.`, { retryable: true });
        }
        await sleep(5, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
          throw GroundworkError.from(error, "INTERNAL", "Waiting failed.");
        });
      }
    },
    async getSetting(name, options) {
      ready(options);
      return space.settings.get(name);
    },
    async setSetting(name, value, options) {
      ready(options);
      space.settings.set(name, value);
    },
  };
}

function leaseOf(
  space: MemoryCatalogSpace,
  ready: (options: CallOptions | undefined) => void,
  name: string,
  token: number,
  ttlMs: number,
): Lease {
  const own = () => {
    const lease = space.leases.get(name);
    return lease?.token === token && lease.held ? lease : undefined;
  };
  const release = async (): Promise<void> => {
    ready(undefined);
    const lease = own();
    if (lease !== undefined) lease.held = false;
  };
  return {
    name,
    token,
    async renew(options) {
      ready(options);
      const lease = own();
      if (lease === undefined) throw new GroundworkError("LEASE_LOST", `Lease "${name}" is no longer held.`);
      lease.expiresAt = Date.now() + ttlMs;
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}

function byPlace(a: CatalogDocument | DeadLetter, b: CatalogDocument | DeadLetter): number {
  if (a.sourceId !== b.sourceId) return a.sourceId < b.sourceId ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function edgeKey({ fromKind, fromId, toKind, toId, runId }: LineageEdge): string {
  return JSON.stringify([fromKind, fromId, toKind, toId, runId]);
}
