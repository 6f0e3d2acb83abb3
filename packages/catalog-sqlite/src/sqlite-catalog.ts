import { hostname } from "node:os";
import { basename, resolve } from "node:path";
import type { SQLInputValue } from "node:sqlite";
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
  type PublicationCommit,
  type RunRecord,
  throwIfAborted,
} from "@groundwork/contracts";
import { type Connection, openDatabase, pause, type Row, type WaitOptions, whenFree } from "@groundwork/sqlite-file";
import { CATALOG_DATABASE } from "./catalog-database.ts";
import { documentQuery } from "./document-query.ts";
import { findingQuery, toFinding } from "./finding-query.ts";
import {
  abortPublication,
  beginPublication,
  commitPublication,
  touchPublication,
  watermark,
  writeOutcomes,
} from "./publications.ts";
import { closedError, ReaderPool } from "./reader-pool.ts";
import {
  documentValues,
  runValues,
  SELECT_DEAD_LETTER,
  SELECT_DOCUMENT,
  SELECT_OUTCOME,
  toAnswer,
  toDeadLetter,
  toDocument,
  toEdge,
  toOutcome,
  toPublication,
  toRevision,
  toRun,
  UPSERT_DOCUMENT,
  UPSERT_RUN,
} from "./rows.ts";
import { SqliteLease, takeLease } from "./sqlite-lease.ts";
import { Where } from "./where.ts";

export interface SqliteCatalogOptions {
  /** The catalog's file. It and its folder are made when missing. Must be on a local disk: see the README. */
  readonly path: string;
  /** Milliseconds that a call waits for other processes before `CATALOG_BUSY`. @default 10_000 */
  readonly busyTimeoutMs?: number;
  /**
   * Bytes up to which `open` reads the whole file to find damage (about half a second for 64 MiB). A bigger catalog is checked as it is
   * read. @default 33_554_432
   */
  readonly integrityCheckLimit?: number;
}

const DEFAULT_LEASE_MS = 30_000;
const DEFAULT_PUBLICATION_MS = 60_000;

type ListQuery = NonNullable<Parameters<Catalog["listDocuments"]>[0]>;
type EdgeQuery = Parameters<Catalog["listEdges"]>[0];

/** The catalog in one SQLite file, for several processes of one machine. */
export function sqliteCatalog(options: SqliteCatalogOptions): Catalog {
  return new SqliteCatalog(options);
}

class SqliteCatalog implements Catalog {
  readonly name = "sqlite";
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #integrityCheckLimit: number;
  #connection: Connection | undefined;
  #readers: ReaderPool | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor({ path, busyTimeoutMs = 10_000, integrityCheckLimit = 32 * 1024 * 1024 }: SqliteCatalogOptions) {
    if (typeof path !== "string" || path === "" || path === ":memory:" || basename(path) === "") {
      throw new GroundworkError("INVALID_CONFIGURATION", "Expected `path` to be the path of the catalog's file.");
    }
    requirePositive("busyTimeoutMs", busyTimeoutMs, "INVALID_CONFIGURATION");
    this.#path = resolve(path);
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#integrityCheckLimit = integrityCheckLimit;
  }

  async open(options: CallOptions = {}): Promise<void> {
    if (this.#closed) throw closedError();
    if (this.#connection !== undefined) return;
    this.#opening ??= this.#open(options).finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async getDocument(documentId: string, options?: CallOptions): Promise<CatalogDocument | undefined> {
    const row = await this.#get(`${SELECT_DOCUMENT} WHERE document_id = ?`, [documentId], options);
    return row === undefined ? undefined : toDocument(row);
  }

  async getDocuments(
    documentIds: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, CatalogDocument>> {
    if (documentIds.length === 0) return new Map();
    const sql = `${SELECT_DOCUMENT} WHERE document_id IN (SELECT value FROM json_each(?))`;
    const rows = await this.#all(sql, [JSON.stringify(documentIds)], options);
    return new Map(rows.map(toDocument).map((document) => [document.documentId, document]));
  }

  async findVersions(
    versions: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    if (versions.length === 0) return found;
    const sql =
      "SELECT version, document_id FROM documents WHERE version IN (SELECT value FROM json_each(?)) ORDER BY document_id";
    for (const row of await this.#all(sql, [JSON.stringify(versions)], options)) {
      const { version, document_id: documentId } = row as { version: string; document_id: string };
      const known = found.get(version);
      if (known === undefined) found.set(version, [documentId]);
      else known.push(documentId);
    }
    return found;
  }

  async *listDocuments(query: ListQuery = {}, options?: CallOptions): AsyncGenerator<CatalogDocument, void, undefined> {
    const { sql, parameters } = documentQuery(query);
    yield* this.#iterate(sql, parameters, toDocument, options);
  }

  async getRevision(revisionId: string, options?: CallOptions): Promise<CatalogRevision | undefined> {
    const row = await this.#get("SELECT * FROM revisions WHERE revision_id = ?", [revisionId], options);
    return row === undefined ? undefined : toRevision(row);
  }

  /** Oldest first. */
  async listRevisions(documentId: string, options?: CallOptions): Promise<readonly CatalogRevision[]> {
    const sql = "SELECT * FROM revisions WHERE document_id = ? ORDER BY published_from, revision_id";
    return (await this.#all(sql, [documentId], options)).map(toRevision);
  }

  async *listFindings(
    query: NonNullable<Parameters<Catalog["listFindings"]>[0]> = {},
    options?: CallOptions,
  ): AsyncGenerator<DocumentFinding, void, undefined> {
    const { sql, parameters } = findingQuery(query);
    yield* this.#iterate(sql, parameters, toFinding, options);
  }

  async updateDocuments(documents: readonly CatalogDocument[], options?: CallOptions): Promise<void> {
    if (documents.length === 0) return;
    await this.write((connection) => {
      for (const document of documents) connection.run(UPSERT_DOCUMENT, ...documentValues(document));
    }, options);
  }

  async startRun(run: RunRecord, options?: CallOptions): Promise<void> {
    await this.write((connection) => connection.run(UPSERT_RUN, ...runValues(run)), options);
  }

  async finishRun(run: RunRecord, options?: CallOptions): Promise<void> {
    await this.startRun(run, options);
  }

  async getRun(runId: string, options?: CallOptions): Promise<RunRecord | undefined> {
    const row = await this.#get("SELECT * FROM runs WHERE run_id = ?", [runId], options);
    return row === undefined ? undefined : toRun(row);
  }

  async listRuns({ limit }: { readonly limit?: number } = {}, options?: CallOptions): Promise<readonly RunRecord[]> {
    const sql = "SELECT * FROM runs ORDER BY started_at DESC, run_number DESC LIMIT ?";
    return (await this.#all(sql, [limit ?? -1], options)).map(toRun);
  }

  /** In the order of their first recording. */
  async *listOutcomes(runId: string, options?: CallOptions): AsyncGenerator<DocumentOutcome, void, undefined> {
    yield* this.#iterate(`${SELECT_OUTCOME} WHERE run_id = ? ORDER BY rowid`, [runId], toOutcome, options);
  }

  async recordOutcomes(
    runId: string,
    record: Parameters<Catalog["recordOutcomes"]>[1],
    options?: CallOptions,
  ): Promise<void> {
    await this.write((connection) => {
      for (const document of record.documents ?? []) connection.run(UPSERT_DOCUMENT, ...documentValues(document));
      writeOutcomes(connection, runId, record);
    }, options);
  }

  /** By source and key. */
  async *listDeadLetters(
    query: { readonly sourceId?: string } = {},
    options?: CallOptions,
  ): AsyncGenerator<DeadLetter, void, undefined> {
    const where = new Where();
    where.equal("source_id", query.sourceId);
    const sql = `${SELECT_DEAD_LETTER} ${where.sql} ORDER BY source_id, coalesce(key_order, key), document_id`;
    yield* this.#iterate(sql, where.parameters, toDeadLetter, options);
  }

  /** `ttlMs` @default 60_000 */
  async beginPublication(runId: string, options: CallOptions & { readonly ttlMs?: number } = {}): Promise<number> {
    const { ttlMs = DEFAULT_PUBLICATION_MS } = options;
    requirePositive("ttlMs", ttlMs);
    return this.write((connection) => beginPublication(connection, runId, Date.now(), ttlMs), options);
  }

  async touchPublication(sequence: number, ttlMs: number, options?: CallOptions): Promise<void> {
    requirePositive("ttlMs", ttlMs);
    await this.write((connection) => touchPublication(connection, sequence, Date.now() + ttlMs), options);
  }

  async commitPublication(sequence: number, commit: PublicationCommit, options?: CallOptions): Promise<void> {
    await this.write((connection) => commitPublication(connection, sequence, commit, Date.now()), options);
    if ((commit.purged?.length ?? 0) > 0) this.#forget();
  }

  async abortPublication(sequence: number, options?: CallOptions): Promise<void> {
    await this.write((connection) => abortPublication(connection, sequence, Date.now()), options);
  }

  async openPublications(options?: CallOptions): Promise<readonly OpenPublication[]> {
    const sql = "SELECT * FROM publications WHERE state = 'open' ORDER BY sequence";
    return (await this.#all(sql, [], options)).map(toPublication);
  }

  async watermark(options?: CallOptions): Promise<number> {
    return this.#read(watermark, options);
  }

  /** By the ids of the ends. An empty query gives every edge. */
  async *listEdges(query: EdgeQuery, options?: CallOptions): AsyncGenerator<LineageEdge, void, undefined> {
    const where = new Where();
    where.equal("from_id", query.fromId);
    where.equal("from_kind", query.fromKind);
    where.equal("to_id", query.toId);
    where.equal("to_kind", query.toKind);
    where.equal("run_id", query.runId);
    const sql = `SELECT * FROM lineage_edges ${where.sql} ORDER BY from_id, from_kind, to_id, to_kind, run_id`;
    yield* this.#iterate(sql, where.parameters, toEdge, options);
  }

  async recordAnswer(answer: AnswerRecord, options?: CallOptions): Promise<void> {
    const { answerId, at, query, principals, chunkIds, revisionIds } = answer;
    await this.write((connection) => {
      connection.run("DELETE FROM answers WHERE answer_id = ?", answerId);
      connection.run("DELETE FROM answer_revisions WHERE answer_id = ?", answerId);
      connection.run(
        `INSERT INTO answers (answer_id, answered_at, query, principals, chunk_ids, revision_ids) VALUES (?, ?, ?, ?, ?, ?)`,
        ...[answerId, at, query, JSON.stringify(principals), JSON.stringify(chunkIds), JSON.stringify(revisionIds)],
      );
      for (const revisionId of new Set(revisionIds)) {
        connection.run("INSERT INTO answer_revisions (revision_id, answer_id) VALUES (?, ?)", revisionId, answerId);
      }
    }, options);
  }

  async listAnswers(
    { revisionId, limit }: { readonly revisionId?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<readonly AnswerRecord[]> {
    const where = new Where();
    if (revisionId !== undefined) {
      where.add("answer_id IN (SELECT answer_id FROM answer_revisions WHERE revision_id = ?)", revisionId);
    }
    const sql = `SELECT * FROM answers ${where.sql} ORDER BY answered_at DESC, answer_number DESC LIMIT ?`;
    return (await this.#all(sql, [...where.parameters, limit ?? -1], options)).map(toAnswer);
  }

  async acquireLease(name: string, options: Parameters<Catalog["acquireLease"]>[1] = {}): Promise<Lease> {
    const { ttlMs = DEFAULT_LEASE_MS, waitMs = 0, holder = `${hostname()}:${process.pid}`, signal } = options;
    requirePositive("ttlMs", ttlMs);
    const deadline = performance.now() + waitMs;
    for (;;) {
      const result = await this.write((connection) => takeLease(connection, name, holder, Date.now(), ttlMs), {
        signal,
      });
      if ("token" in result) return new SqliteLease(this, name, result.token, ttlMs);
      const remaining = deadline - performance.now();
      if (remaining <= 0) {
        throw new GroundworkError(
          "LEASE_HELD",
          `Lease "${name}" is held by ${result.holder} for another ${Math.max(0, result.expiresAt - Date.now())} ms unless renewed. Try again later, or wait for it with \`waitMs\`.`,
          { driver: "catalog-sqlite", retryable: true },
        );
      }
      const untilFree = Math.max(1, result.expiresAt - Date.now());
      await pause(Math.min(remaining, untilFree, 20 + Math.random() * 80), { kind: CATALOG_DATABASE, signal });
    }
  }

  async getSetting(name: string, options?: CallOptions): Promise<string | undefined> {
    return (await this.#get("SELECT value FROM settings WHERE name = ?", [name], options))?.value as string | undefined;
  }

  async setSetting(name: string, value: string, options?: CallOptions): Promise<void> {
    const sql =
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    await this.write((connection) => connection.run(sql, name, value), options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    this.#readers?.close();
    this.#connection?.close();
  }

  /** Runs `work` in a write transaction of its own, once no other process writes. */
  async write<T>(work: (connection: Connection) => T, options?: CallOptions): Promise<T> {
    const attempt = (): T => {
      const connection = this.#require();
      return connection.transaction(() => work(connection));
    };
    return whenFree(attempt, this.#wait(options));
  }

  async #open(options: CallOptions): Promise<void> {
    const wait = this.#wait(options);
    throwIfAborted(wait.signal, { driver: "catalog-sqlite" });
    const connection = await openDatabase({
      ...wait,
      path: this.#path,
      integrityCheckLimit: this.#integrityCheckLimit,
    });
    this.#connection = connection;
    this.#readers = new ReaderPool(this.#path);
  }

  /** Writes the log into the file and empties it, so that purged content is in neither. A reader at work puts it off. */
  #forget(): void {
    try {
      this.#connection?.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The commit stands; the next checkpoint does it.
    }
  }

  #require(): Connection {
    if (this.#connection === undefined || this.#closed) throw closedError();
    return this.#connection;
  }

  #wait(options: CallOptions | undefined): WaitOptions {
    return { kind: CATALOG_DATABASE, timeoutMs: this.#busyTimeoutMs, signal: options?.signal };
  }

  async #read<T>(work: (connection: Connection) => T, options: CallOptions | undefined): Promise<T> {
    return whenFree(() => work(this.#require()), this.#wait(options));
  }

  async #get(sql: string, values: readonly SQLInputValue[], options?: CallOptions): Promise<Row | undefined> {
    return this.#read((connection) => connection.get(sql, ...values), options);
  }

  async #all(sql: string, values: readonly SQLInputValue[], options?: CallOptions): Promise<Row[]> {
    return this.#read((connection) => connection.all(sql, ...values), options);
  }

  #iterate<T>(
    sql: string,
    values: readonly SQLInputValue[],
    decode: (row: Row) => T,
    options: CallOptions | undefined,
  ): AsyncGenerator<T, void, undefined> {
    if (this.#readers === undefined) throw closedError();
    return this.#readers.iterate(sql, values, decode, this.#wait(options));
  }
}

function requirePositive(
  name: string,
  value: number,
  code: "INVALID_ARGUMENT" | "INVALID_CONFIGURATION" = "INVALID_ARGUMENT",
): void {
  if (!(value > 0)) throw new GroundworkError(code, `Expected \`${name}\` to be above 0 milliseconds, found ${value}.`);
}
