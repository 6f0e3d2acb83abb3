import type { Catalog, CatalogDocument, Lease } from "@groundwork/contracts";
import { type MemoryCatalogSpace, memoryCatalog } from "./memory-catalog.ts";

/** What a catalog does instead of what it should. */
export type CatalogFault = (catalog: Catalog, space: MemoryCatalogSpace) => Partial<Catalog>;

/** The catalog in memory with a fault. */
export function faultyCatalog(fault: CatalogFault, space: MemoryCatalogSpace): Catalog {
  const catalog = memoryCatalog(space);
  return { ...catalog, ...fault(catalog, space) };
}

async function* fromList<T>(items: Promise<readonly T[]>): AsyncGenerator<T, void, undefined> {
  yield* await items;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Lists changed by `change` on their way out. */
function withDocuments(
  catalog: Catalog,
  change: (documents: CatalogDocument[], query: Parameters<Catalog["listDocuments"]>[0]) => CatalogDocument[],
): Partial<Catalog> {
  return {
    listDocuments: (query, options) =>
      fromList(all(catalog.listDocuments(query, options)).then((documents) => change(documents, query))),
  };
}

/** Leases changed by `change` on their way out. */
function withLeases(catalog: Catalog, change: (lease: Lease) => Partial<Lease>): Partial<Catalog> {
  return {
    async acquireLease(name, options) {
      const lease = await catalog.acquireLease(name, options);
      const { token, renew, release } = { ...lease, ...change(lease) };
      return { name, token, renew, release, [Symbol.asyncDispose]: release };
    },
  };
}

/** What catalogs are seen to do wrong, and the cases that catch each. */
export const CATALOG_FAULTS: Readonly<Record<string, { readonly fault: CatalogFault; readonly caughtBy: RegExp }>> = {
  "sorts keys by a language": {
    fault: (catalog) => withDocuments(catalog, (documents) => documents.sort((a, b) => a.key.localeCompare(b.key))),
    caughtBy: /code-unit order/,
  },
  "sorts keys by their UTF-8 bytes": {
    fault: (catalog) =>
      withDocuments(catalog, (documents) =>
        documents.sort(
          (a, b) =>
            (a.sourceId < b.sourceId ? -1 : a.sourceId > b.sourceId ? 1 : 0) ||
            Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
        ),
      ),
    caughtBy: /code-unit order/,
  },
  "takes a prefix for a pattern": {
    fault: (catalog) => ({
      async *listDocuments(query = {}, options) {
        const { keyPrefix = "", ...rest } = query;
        const escaped = keyPrefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const pattern = new RegExp(`^${escaped.replaceAll("_", ".").replaceAll("%", ".*")}`, "i");
        for await (const document of catalog.listDocuments(rest, options)) {
          if (pattern.test(document.key)) yield document;
        }
      },
    }),
    caughtBy: /key prefix/,
  },
  "hides tombstones": {
    fault: (catalog) => withDocuments(catalog, (documents) => documents.filter(({ state }) => state !== "deleted")),
    caughtBy: /found by source, state/,
  },
  "ends a list after a page": {
    fault: (catalog) => withDocuments(catalog, (documents) => documents.slice(0, 1_000)),
    caughtBy: /long list/,
  },
  "shows writes of later in an iteration": {
    fault: (catalog) => ({
      async *listDocuments(query, options) {
        for await (const { documentId } of catalog.listDocuments(query, options)) {
          const now = await catalog.getDocument(documentId, options);
          if (now !== undefined) yield now;
        }
      },
    }),
    caughtBy: /sees one state/,
  },
  "goes on after an abort": {
    fault: (catalog) => ({ listDocuments: (query) => catalog.listDocuments(query) }),
    caughtBy: /abort/,
  },
  "merges an update into what was there": {
    fault: (catalog) => ({
      async updateDocuments(documents, options) {
        for (const document of documents) {
          const before = await catalog.getDocument(document.documentId);
          await catalog.updateDocuments([{ ...before, ...document }], options);
        }
      },
    }),
    caughtBy: /replaces the whole/,
  },
  "loses the deny list": {
    fault: (catalog) => ({
      async getDocument(documentId, options) {
        const document = await catalog.getDocument(documentId, options);
        return document && { ...document, permissions: { allow: document.permissions.allow } };
      },
    }),
    caughtBy: /every field/,
  },
  "gives away its own records": {
    fault: (catalog, space) => ({
      async getDocument(documentId, options) {
        await catalog.getDocument(documentId, options);
        return space.documents.get(documentId);
      },
    }),
    caughtBy: /caller's own/,
  },
  "lists the oldest run first": {
    fault: (catalog) => ({
      listRuns: async (query, options) => [...(await catalog.listRuns(query, options))].reverse(),
    }),
    caughtBy: /newest first/,
  },
  "keeps the first outcome": {
    fault: (catalog) => ({
      async recordOutcomes(runId, record, options) {
        const known = new Set((await all(catalog.listOutcomes(runId))).map(({ documentId }) => documentId));
        const outcomes = record.outcomes.filter(({ documentId }) => !known.has(documentId));
        await catalog.recordOutcomes(runId, { ...record, outcomes }, options);
      },
    }),
    caughtBy: /last one stands/,
  },
  "never settles a dead letter": {
    fault: (catalog) => ({
      recordOutcomes: (runId, record, options) => catalog.recordOutcomes(runId, { ...record, settled: [] }, options),
    }),
    caughtBy: /dead letter/,
  },
  "moves the watermark past an open sequence": {
    fault: (_catalog, space) => ({
      watermark: async () => space.lastSequence - (space.open.has(space.lastSequence) ? 1 : 0),
    }),
    caughtBy: /watermark/,
  },
  "keeps the watermark behind an aborted sequence": {
    fault: (catalog, space) => {
      const aborted = new Set<number>();
      return {
        async abortPublication(sequence, options) {
          await catalog.abortPublication(sequence, options);
          aborted.add(sequence);
        },
        async watermark(options) {
          const mark = await catalog.watermark(options);
          return Math.min(
            mark,
            ...[...aborted].filter((sequence) => sequence <= space.lastSequence).map((sequence) => sequence - 1),
          );
        },
      };
    },
    caughtBy: /watermark/,
  },
  "gives the sequence of an abort out again": {
    fault: (catalog, space) => ({
      async abortPublication(sequence, options) {
        await catalog.abortPublication(sequence, options);
        if (sequence === space.lastSequence) space.lastSequence--;
      },
    }),
    caughtBy: /sequences only grow|any schedule/,
  },
  "commits what is not open": {
    fault: (catalog) => ({
      async commitPublication(sequence, commit, options) {
        await catalog
          .commitPublication(sequence, commit, options)
          .catch(() => catalog.updateDocuments(commit.documents));
      },
    }),
    caughtBy: /not open/,
  },
  "writes before it finds a sequence closed": {
    fault: (catalog) => ({
      async commitPublication(sequence, commit, options) {
        await catalog.updateDocuments(commit.documents, options);
        await catalog.commitPublication(sequence, commit, options);
      },
    }),
    caughtBy: /not open/,
  },
  "commits in several steps": {
    fault: (catalog) => ({
      async commitPublication(sequence, commit, options) {
        for (const document of commit.documents) {
          await new Promise((done) => setImmediate(done));
          await catalog.updateDocuments([document], options);
        }
        await catalog.commitPublication(sequence, commit, options);
      },
    }),
    caughtBy: /all of a commit/,
  },
  "forgets to retire": {
    fault: (catalog) => ({
      commitPublication: (sequence, commit, options) =>
        catalog.commitPublication(sequence, { ...commit, retired: [] }, options),
    }),
    caughtBy: /a commit writes/,
  },
  "forgets to purge": {
    fault: (catalog) => ({
      commitPublication: (sequence, commit, options) =>
        catalog.commitPublication(sequence, { ...commit, purged: [] }, options),
    }),
    caughtBy: /a commit writes/,
  },
  "keeps an edge twice": {
    fault: (catalog) => ({
      async *listEdges(query, options) {
        for await (const edge of catalog.listEdges(query, options)) {
          yield edge;
          if (edge.fingerprint !== undefined) yield edge;
        }
      },
    }),
    caughtBy: /edges/,
  },
  "looks at one end of an edge only": {
    fault: (catalog) => ({ listEdges: ({ toId: _, ...query }, options) => catalog.listEdges(query, options) }),
    caughtBy: /edges/,
  },
  "gives a lease to all": {
    fault: (catalog, space) => ({
      async acquireLease(name, options) {
        const lease = space.leases.get(name);
        if (lease !== undefined) lease.held = false;
        return catalog.acquireLease(name, options);
      },
    }),
    caughtBy: /lease/,
  },
  "starts its tokens again": {
    fault: (catalog) => withLeases(catalog, () => ({ token: 1 })),
    caughtBy: /tokens/,
  },
  "never ends a lease": {
    fault: (catalog) => ({
      acquireLease: (name, options) => catalog.acquireLease(name, { ...options, ttlMs: 3_600_000 }),
    }),
    caughtBy: /not renewed/,
  },
  "renews a lease that another holds": {
    fault: (catalog) => withLeases(catalog, (lease) => ({ renew: () => lease.renew().catch(() => undefined) })),
    caughtBy: /not renewed/,
  },
  "does not renew": {
    fault: (catalog) => withLeases(catalog, () => ({ renew: async () => undefined })),
    caughtBy: /is renewed stays/,
  },
  "lets a dead holder free the lease of another": {
    fault: (catalog, space) =>
      withLeases(catalog, ({ name }) => ({
        release: async () => {
          const lease = space.leases.get(name);
          if (lease !== undefined) lease.held = false;
        },
      })),
    caughtBy: /not renewed/,
  },
  "does not wait for a lease": {
    fault: (catalog) => ({ acquireLease: (name, options) => catalog.acquireLease(name, { ...options, waitMs: 0 }) }),
    caughtBy: /who waits/,
  },
  "waits for a lease in spite of an abort": {
    fault: (catalog) => ({
      acquireLease: (name, options = {}) =>
        catalog.acquireLease(name, { ...options, signal: undefined, waitMs: Math.min(options.waitMs ?? 0, 500) }),
    }),
    caughtBy: /waiting ends/,
  },
  "works after close": {
    fault: (catalog) => ({ close: async () => undefined, getSetting: catalog.getSetting }),
    caughtBy: /close ends it/,
  },
  "ignores a signal": {
    fault: (catalog) => ({ setSetting: (name, value) => catalog.setSetting(name, value) }),
    caughtBy: /aborted call/,
  },
};
