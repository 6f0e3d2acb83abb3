import { randomBytes } from "node:crypto";
import { basename, resolve } from "node:path";
import {
  type CallOptions,
  GroundworkError,
  type KeyProvider,
  LOCAL_OWNER,
  type PiiVault,
  principalNames,
  type RevealedValue,
  type RevealRequest,
  type SealedValue,
  throwIfAborted,
  type VaultAuditRow,
  type VaultHolder,
} from "@groundwork/contracts";
import { decrypt, encrypt, openValue, PiiKey, type PiiKeySource, SEALING, servedValue } from "@groundwork/pii-policy";
import { type Connection, openDatabase, whenFree } from "@groundwork/sqlite-file";
import { localKeyProvider } from "./local-key-provider.ts";
import { VAULT_DATABASE } from "./vault-database.ts";
import { type CheckedPurpose, checkPurposes, type VaultPurposes } from "./vault-purpose.ts";

export interface SqliteVaultOptions {
  /** The file. It is made when it is missing. Must be on a local disk. */
  readonly path: string;
  /** The key of the PII stage: what it sealed is opened with it. */
  readonly key: PiiKeySource | Uint8Array;
  /** Who may reveal what for which purpose. Nothing is revealed for any other. @default none */
  readonly purposes?: VaultPurposes;
  /** Locks the vault. @default a key derived from `key` */
  readonly provider?: KeyProvider;
  /** Milliseconds that a call waits for other processes. @default 10_000 */
  readonly busyTimeoutMs?: number;
}

/** A vault in one SQLite file, with a key that can be changed. */
export interface SqliteVault extends PiiVault {
  /** Locks everything under the key of another provider, in one transaction. */
  rotate(provider: KeyProvider, options?: CallOptions): Promise<void>;
}

const IDS = { driver: VAULT_DATABASE.driver };
const KEY_BYTES = 32;
const HOLD = "INSERT OR IGNORE INTO holdings (scope, token, subject, document_id, revision_id) VALUES (?, ?, ?, ?, ?)";

interface Opened {
  readonly connection: Connection;
  epochKey: Uint8Array;
}

class SqliteVaultFile implements SqliteVault {
  readonly name = "sqlite";
  readonly #options: SqliteVaultOptions;
  readonly #purposes: ReadonlyMap<string, CheckedPurpose>;
  readonly #sealingKey: Uint8Array;
  #provider: KeyProvider;
  #opening: Promise<Opened> | undefined;
  #closed = false;

  constructor(options: SqliteVaultOptions) {
    if (typeof options.path !== "string" || basename(options.path) === "")
      throw new GroundworkError("INVALID_CONFIGURATION", "sqliteVault: expected `path` to be the path of a file.", IDS);
    this.#options = options;
    this.#purposes = checkPurposes(options.purposes ?? {});
    const key = options.key instanceof Uint8Array ? new PiiKey(options.key) : PiiKey.from(options.key);
    this.#sealingKey = key.derive(SEALING);
    this.#provider = options.provider ?? localKeyProvider(options.key);
  }

  async #open(options: CallOptions | undefined): Promise<Opened> {
    throwIfAborted(options?.signal, IDS);
    if (this.#closed) throw new GroundworkError("INVALID_ARGUMENT", "The vault is closed. Make a new one.", IDS);
    this.#opening ??= this.#connect();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #connect(): Promise<Opened> {
    const wait = { kind: VAULT_DATABASE, timeoutMs: this.#timeoutMs };
    const connection = await openDatabase({
      path: resolve(this.#options.path),
      integrityCheckLimit: 4_194_304,
      ...wait,
    });
    try {
      const newest = (): { epoch: number; key_id: string; wrapped: Uint8Array } | undefined =>
        connection.get("SELECT epoch, key_id, wrapped FROM epochs ORDER BY epoch DESC LIMIT 1") as never;
      if (newest() === undefined) {
        const first = await this.#provider.wrap(randomBytes(KEY_BYTES));
        // Another process may have been first: the oldest of two stands.
        await whenFree(
          () =>
            connection.transaction(() => {
              if (newest() === undefined)
                connection.run("INSERT INTO epochs (key_id, wrapped) VALUES (?, ?)", this.#provider.keyId, first);
            }),
          wait,
        );
      }
      const { key_id: keyId, wrapped } = newest()!;
      if (keyId !== this.#provider.keyId)
        throw new GroundworkError(
          "UNAUTHENTICATED",
          `The vault is locked with the key ${keyId}, configured is ${this.#provider.keyId}. Configure the key that locks it.`,
          IDS,
        );
      return { connection, epochKey: await this.#provider.unwrap(wrapped) };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get #timeoutMs(): number {
    return this.#options.busyTimeoutMs ?? 10_000;
  }

  async #change<T>(options: CallOptions | undefined, work: (opened: Opened) => T): Promise<T> {
    const opened = await this.#open(options);
    return whenFree(() => opened.connection.transaction(() => work(opened)), {
      kind: VAULT_DATABASE,
      timeoutMs: this.#timeoutMs,
      signal: options?.signal,
    });
  }

  async put(holder: VaultHolder, values: readonly SealedValue[], options?: CallOptions): Promise<void> {
    if (values.length === 0) return;
    const { documentId, revisionId } = holder;
    await this.#change(options, ({ connection, epochKey }) => {
      for (const value of values) {
        const { scope, subject, type, token } = value;
        if (connection.get("SELECT 1 FROM erased WHERE scope = ? AND subject = ?", scope, subject) !== undefined)
          continue;
        if (connection.get("SELECT 1 FROM subjects WHERE scope = ? AND subject = ?", scope, subject) === undefined) {
          const about = aboutOf(scope, subject);
          const key = randomBytes(KEY_BYTES);
          const locked = encrypt(key, Buffer.from(openValue(this.#sealingKey, value), "utf8"), about);
          const insert = "INSERT INTO subjects (scope, subject, type, wrapped, locked) VALUES (?, ?, ?, ?, ?)";
          connection.run(insert, scope, subject, type, encrypt(epochKey, key, about), locked);
        }
        connection.run(HOLD, scope, token, subject, documentId, revisionId);
      }
    });
  }

  async copy(from: VaultHolder, to: VaultHolder, options?: CallOptions): Promise<void> {
    await this.#change(options, ({ connection }) =>
      connection.run(
        `INSERT OR IGNORE INTO holdings (scope, token, subject, document_id, revision_id)
         SELECT scope, token, subject, ?, ? FROM holdings WHERE document_id = ? AND revision_id = ?`,
        to.documentId,
        to.revisionId,
        from.documentId,
        from.revisionId,
      ),
    );
  }

  async supersede({ documentId, revisionId }: VaultHolder, options?: CallOptions): Promise<void> {
    await this.#drop("document_id = ? AND revision_id <> ?", [documentId, revisionId], options);
  }

  async forget(documentIds: readonly string[], options?: CallOptions): Promise<void> {
    if (documentIds.length > 0)
      await this.#drop("document_id IN (SELECT value FROM json_each(?))", [JSON.stringify(documentIds)], options);
  }

  /** Removes holdings, and the values that nobody holds any longer. */
  async #drop(where: string, parameters: readonly string[], options: CallOptions | undefined): Promise<void> {
    const removed = await this.#change(options, ({ connection }) => {
      const gone = connection.all(`SELECT DISTINCT scope, subject FROM holdings WHERE ${where}`, ...parameters);
      connection.run(`DELETE FROM holdings WHERE ${where}`, ...parameters);
      for (const { scope, subject } of gone)
        connection.run(
          `DELETE FROM subjects WHERE scope = ?1 AND subject = ?2
           AND NOT EXISTS (SELECT 1 FROM holdings WHERE scope = ?1 AND subject = ?2)`,
          scope!,
          subject!,
        );
      return gone.length;
    });
    if (removed > 0) await this.#fold(options);
  }

  /** What was deleted leaves the log, too. A reader in another process can be in the way; the next deletion folds again. */
  async #fold(options: CallOptions | undefined): Promise<void> {
    const { connection } = await this.#open(options);
    connection.get("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  async erase(
    { scope = "default", token }: { readonly scope?: string; readonly token: string },
    options?: CallOptions,
  ): Promise<number> {
    const count = await this.#change(options, ({ connection }) => {
      const subjects = connection.all(
        "SELECT DISTINCT subject FROM holdings WHERE scope = ? AND token = ?",
        scope,
        token,
      );
      for (const { subject } of subjects) {
        connection.run("DELETE FROM subjects WHERE scope = ? AND subject = ?", scope, subject!);
        connection.run("DELETE FROM holdings WHERE scope = ? AND subject = ?", scope, subject!);
        connection.run(
          "INSERT OR IGNORE INTO erased (scope, subject, at) VALUES (?, ?, ?)",
          scope,
          subject!,
          Date.now(),
        );
      }
      return subjects.length;
    });
    await this.#fold(options);
    return count;
  }

  async reveal(request: RevealRequest, options?: CallOptions): Promise<readonly RevealedValue[]> {
    const { token, scope = "default", principal, purpose, readable } = request;
    const principals = principal === undefined ? [LOCAL_OWNER] : principalNames(principal);
    const audience = this.#purposes.get(purpose);
    const row = { at: Date.now(), scope, token, principals, purpose };
    const refuse = async (code: "PERMISSION_DENIED" | "NOT_FOUND", reason: string, message: string): Promise<never> => {
      await this.#record({ ...row, granted: false, reason }, options);
      throw new GroundworkError(code, message, IDS);
    };
    if (audience === undefined)
      return refuse(
        "PERMISSION_DENIED",
        "unknown-purpose",
        "Nothing is revealed for this purpose. Ask the vault's owner to allow it.",
      );
    if (!principals.some((name) => audience.principals.includes(name)))
      return refuse(
        "PERMISSION_DENIED",
        "not-for-this-principal",
        "This principal may not reveal values for this purpose.",
      );
    const { connection, epochKey } = await this.#open(options);
    const held = connection.all(
      `SELECT h.subject, h.document_id, s.type, s.wrapped, s.locked FROM holdings h
       JOIN subjects s ON s.scope = h.scope AND s.subject = h.subject
       WHERE h.scope = ? AND h.token = ? GROUP BY h.subject, h.document_id`,
      scope,
      token,
    );
    if (held.length === 0) return refuse("NOT_FOUND", "unknown-token", "The vault holds nothing under this token.");
    const documentIds = [...new Set(held.map(({ document_id }) => String(document_id)))];
    const visible = readable === undefined ? new Set(documentIds) : await readable(documentIds);
    const bySubject = Map.groupBy(
      held.filter(({ document_id }) => visible.has(String(document_id))),
      ({ subject }) => String(subject),
    );
    if (bySubject.size === 0)
      return refuse("NOT_FOUND", "nothing-readable", "The vault holds nothing under this token.");
    // On record before it is told: a value without a row would be worse than a row without a value.
    await this.#record({ ...row, granted: true }, options);
    return [...bySubject].map(([subject, rows]) => {
      const about = aboutOf(scope, subject);
      const key = decrypt(epochKey, rows[0]!.wrapped as Uint8Array, about);
      const type = String(rows[0]!.type);
      const value = Buffer.from(decrypt(key, rows[0]!.locked as Uint8Array, about)).toString("utf8");
      const { action, text = token } = servedValue(audience, type, value);
      return {
        type,
        value: text,
        action,
        subject,
        documentIds: rows.map(({ document_id }) => String(document_id)),
      };
    });
  }

  async #record(
    { at, scope, token, principals, purpose, granted, reason }: VaultAuditRow,
    options?: CallOptions,
  ): Promise<void> {
    await this.#change(options, ({ connection }) =>
      connection.run(
        "INSERT INTO audit (at, scope, token, principals, purpose, granted, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
        at,
        scope,
        token,
        JSON.stringify(principals),
        purpose,
        granted ? 1 : 0,
        reason ?? null,
      ),
    );
  }

  async audit(
    { since = 0, limit = 1_000 }: { readonly since?: number; readonly limit?: number } = {},
    options?: CallOptions,
  ): Promise<readonly VaultAuditRow[]> {
    const { connection } = await this.#open(options);
    const rows = connection.all(
      "SELECT * FROM audit WHERE at >= ? ORDER BY at DESC, number DESC LIMIT ?",
      since,
      limit,
    );
    return rows.map(({ at, scope, token, principals, purpose, granted, reason }) => ({
      at: Number(at),
      scope: String(scope),
      token: String(token),
      principals: JSON.parse(String(principals)) as string[],
      purpose: String(purpose),
      granted: granted === 1,
      ...(reason === null ? {} : { reason: String(reason) }),
    }));
  }

  async rotate(provider: KeyProvider, options?: CallOptions): Promise<void> {
    const next = randomBytes(KEY_BYTES);
    const wrapped = await provider.wrap(next, options);
    const opened = await this.#open(options);
    const { epochKey: last } = opened;
    await this.#change(options, ({ connection }) => {
      for (const { scope, subject, wrapped: old } of connection.all("SELECT scope, subject, wrapped FROM subjects")) {
        const about = aboutOf(String(scope), String(subject));
        const key = decrypt(last, old as Uint8Array, about);
        const sql = "UPDATE subjects SET wrapped = ? WHERE scope = ? AND subject = ?";
        connection.run(sql, encrypt(next, key, about), scope!, subject!);
      }
      connection.run("DELETE FROM epochs");
      connection.run("INSERT INTO epochs (key_id, wrapped) VALUES (?, ?)", provider.keyId, wrapped);
    });
    opened.epochKey = next;
    this.#provider = provider;
    await this.#fold(options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    (await this.#opening?.catch(() => undefined))?.connection.close();
  }
}

function aboutOf(scope: string, subject: string): string {
  return JSON.stringify([scope, subject]);
}

/**
 * A vault in one SQLite file, for several processes of one machine.
 *
 * @throws GroundworkError `UNAUTHENTICATED` when it is locked with another key, `STORE_CORRUPT`, `FORMAT_TOO_NEW`, `UNAVAILABLE` (busy),
 * `PERMISSION_DENIED`, `NOT_FOUND`, `INVALID_CONFIGURATION`.
 */
export function sqliteVault(options: SqliteVaultOptions): SqliteVault {
  return new SqliteVaultFile(options);
}
