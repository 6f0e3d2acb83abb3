import { randomUUID } from "node:crypto";
import {
  type Catalog,
  type CatalogDocument,
  type CatalogRevision,
  documentIdOf,
  type PublicationCommit,
  type RunRecord,
} from "@groundwork/contracts";
import type { SuiteCase } from "./suite-case.ts";

export interface CatalogSuiteOptions {
  /** A new handle on the catalog of a place, not opened yet. The same place gives the same catalog. */
  readonly create: (place: string) => Catalog | Promise<Catalog>;
  /** Removes what a place has left behind. */
  readonly remove?: (place: string) => void | Promise<void>;
  /** Milliseconds that a lease of the cases lives where they wait for its end. Longer for a slow service. @default 150 */
  readonly leaseMs?: number;
}

/** A case with one open catalog of its own. */
export function catalogCase(
  options: CatalogSuiteOptions,
  name: string,
  check: (catalog: Catalog, place: string) => Promise<void>,
): SuiteCase {
  return {
    name: `catalog: ${name}`,
    async run() {
      const place = `catalog-${randomUUID()}`;
      const catalog = await options.create(place);
      try {
        await catalog.open();
        await check(catalog, place);
      } finally {
        await catalog.close();
        await options.remove?.(place);
      }
    },
  };
}

/** A case with two open handles on one catalog: what two processes have. */
export function twoCatalogsCase(
  options: CatalogSuiteOptions,
  name: string,
  check: (first: Catalog, second: Catalog) => Promise<void>,
): SuiteCase {
  return catalogCase(options, name, async (first, place) => {
    const second = await options.create(place);
    try {
      await second.open();
      await check(first, second);
    } finally {
      await second.close();
    }
  });
}

/** A document of a source, with only what it must have unless told. */
export function documentOf(key: string, more: Partial<CatalogDocument> = {}): CatalogDocument {
  const sourceId = more.sourceId ?? "files:policies";
  return {
    documentId: documentIdOf(sourceId, key),
    sourceId,
    key,
    uri: `${sourceId}/${key}`,
    state: "live",
    permissions: { allow: ["owner:local"] },
    chunks: 1,
    updatedAt: 1_700_000_000_000,
    ...more,
  };
}

/** A document with every field. */
export const FULL_DOCUMENT: CatalogDocument = documentOf("travel/rules.pdf", {
  version: "a".repeat(64),
  hint: "1024-1700000000123456789",
  mediaType: "application/pdf",
  size: 5_000_000_000,
  metadata: {
    title: "Travel: a manager's “own” trips; DROP TABLE documents --",
    language: "en-GB",
    createdAt: 1_690_000_000_000,
    pages: 12,
    effectiveFrom: "2026-01-01",
    effectiveTo: "2026-12-31",
    tags: ["travel", "expenses"],
    attributes: { department: "finance", year: 2026, draft: false, regions: ["EU", "UK"] },
  },
  permissions: { allow: ["group:finance", "user:ana"], deny: ["group:contractors"] },
  fingerprint: "0123456789abcdef",
  liveRevision: "rev_1",
  chunks: 40,
  parentId: "doc_parent",
  movedFrom: "doc_before",
});

export function revisionOf(
  revisionId: string,
  publishedFrom: number,
  more: Partial<CatalogRevision> = {},
): CatalogRevision {
  return {
    revisionId,
    documentId: "doc_1",
    version: "b".repeat(64),
    artifact: `revisions/doc_1/${revisionId}.arrow.zst`,
    metadata: { title: "Travel" },
    mediaType: "text/markdown",
    extraction: "e1",
    chunker: "c1",
    embedder: "m1",
    chunks: 3,
    publishedFrom,
    runId: "run_1",
    ...more,
  };
}

export function runOf(runId: string, startedAt: number, more: Partial<RunRecord> = {}): RunRecord {
  return { runId, kind: "ingest", status: "running", startedAt, configuration: "cfg", stages: [], ...more };
}

export function commitOf(more: Partial<PublicationCommit> = {}): PublicationCommit {
  return { documents: [], revisions: [], retired: [], outcomes: [], edges: [], ...more };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

export async function keysOf(items: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  return (await collect(items)).map(({ key }) => key);
}
