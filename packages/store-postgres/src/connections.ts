import { type CallOptions, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import pg from "pg";
import { isConflict, postgresError } from "./postgres-errors.ts";
import type { ResolvedPostgresOptions } from "./postgres-options.ts";

const STORE = { store: "postgres" } as const;
/** Attempts at a transaction that other writers were in the way of, and the pauses between them. */
const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

export type Session = pg.PoolClient & { readonly processID?: number };

function clientConfig(options: ResolvedPostgresOptions): pg.ClientConfig {
  const { host, port, database, user, password, tls, applicationName, connectTimeoutMs } = options;
  return {
    host,
    port,
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ssl: tls,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
}

function aborted(signal: AbortSignal | undefined): GroundworkError {
  return new GroundworkError("ABORTED", "The call was aborted by its signal.", { ...STORE, cause: signal?.reason });
}

/** What a read sees of its session. */
export interface ReadSettings {
  /** Tables that are read, in the order in which all transactions lock them. */
  readonly tables: readonly string[];
  /** Settings of HNSW, each `name = value`, for this transaction. */
  readonly settings?: readonly string[];
  /** Principals under row-level security; none: the setting is not made. */
  readonly principals?: readonly string[] | undefined;
}

/**
 * Sessions with the server. All that a transaction needs is set inside it (`SET LOCAL`), so that sessions may be shared by a
 * pooler that gives out a server connection for each transaction.
 */
export class Connections {
  readonly #options: ResolvedPostgresOptions;
  readonly #pool: pg.Pool;

  constructor(options: ResolvedPostgresOptions) {
    this.#options = options;
    this.#pool = new pg.Pool({ ...clientConfig(options), max: options.maxConnections, idleTimeoutMillis: 30_000 });
    // A connection that breaks while nobody uses it is taken out of the pool; without a listener it would end the process.
    this.#pool.on("error", () => undefined);
  }

  /** A statement that the server stops, through a connection of its own: the pool may have none left. */
  async #cancel(session: Session): Promise<void> {
    const client = new pg.Client(clientConfig(this.#options));
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT pg_cancel_backend($1)", [session.processID]);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * Lends a session. When the signal fires, the call ends at once with `ABORTED`, what the server is doing is cancelled, and the
   * session is free again when it has ended.
   */
  async use<T>(action: string, options: CallOptions | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    const signal = options?.signal;
    throwIfAborted(signal, STORE);
    let cancelling: Promise<void> | undefined;
    let onAbort: (() => void) | undefined;
    const stopped = Promise.withResolvers<never>();
    const run = async (): Promise<T> => {
      const session = (await this.#pool.connect()) as Session;
      let failure: unknown;
      const onError = (error: unknown): void => {
        failure ??= error;
      };
      session.on("error", onError);
      try {
        throwIfAborted(signal, STORE);
        onAbort = () => {
          cancelling = this.#cancel(session).catch(() => undefined);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        return await work(session);
      } catch (error) {
        const typed = postgresError(error, action);
        if (typed.code === "UNAVAILABLE") failure ??= error;
        throw error;
      } finally {
        if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
        // A cancellation that is under way would hit the next one who uses the session.
        await cancelling;
        session.off("error", onError);
        session.release(failure !== undefined);
      }
    };
    const onStop = (): void => stopped.reject(aborted(signal));
    signal?.addEventListener("abort", onStop, { once: true });
    try {
      const running = run();
      running.catch(() => undefined);
      stopped.promise.catch(() => undefined);
      return await Promise.race([running, stopped.promise]);
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal);
      throw postgresError(error, action);
    } finally {
      signal?.removeEventListener("abort", onStop);
    }
  }

  /** Runs one transaction on a session that is lent. It is not committed when the signal has fired meanwhile. */
  async #transact<T>(
    session: Session,
    begin: string,
    options: CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      await session.query(begin);
      const result = await work();
      throwIfAborted(options?.signal, STORE);
      await session.query("COMMIT");
      return result;
    } catch (error) {
      await session.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  #timeout(): string {
    return `SET LOCAL statement_timeout = ${this.#options.statementTimeoutMs}`;
  }

  /**
   * A read-only transaction in which all statements see the same rows. The tables are locked against being written anew (a purge, which
   * shows older transactions none of the rows) before the first of them is read.
   */
  read<T>(
    action: string,
    { settings = [], principals, tables }: ReadSettings,
    options: CallOptions | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const begin = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      this.#timeout(),
      ...settings.map((setting) => `SET LOCAL ${setting}`),
      `LOCK TABLE ${tables.join(", ")} IN ACCESS SHARE MODE`,
    ];
    return this.use(action, options, (session) =>
      this.#transact(session, begin.join(";"), options, async () => {
        if (principals !== undefined)
          await session.query("SELECT set_config('groundwork.principals', $1, true)", [JSON.stringify(principals)]);
        return work(session);
      }),
    );
  }

  /** A transaction that writes. It runs again when other writers were in the way. */
  write<T>(action: string, options: CallOptions | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    return this.use(action, options, (session) => this.writeIn(session, options, () => work(session)));
  }

  /** {@link Connections.write} in a session that is lent already. */
  async writeIn<T>(session: Session, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transact(session, `BEGIN; ${this.#timeout()}`, options, work);
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error;
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random())));
        throwIfAborted(options?.signal, STORE);
      }
    }
  }

  /** Statements that cannot be in a transaction and may take long. */
  async unlimited<T>(
    action: string,
    options: CallOptions | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    return this.use(action, options, async (session) => {
      const { maintenanceMemory } = this.#options;
      await session.query("SET statement_timeout = 0");
      if (maintenanceMemory !== undefined) await session.query(`SET maintenance_work_mem = '${maintenanceMemory}'`);
      try {
        return await work(session);
      } finally {
        await session.query("RESET statement_timeout").catch(() => undefined);
        await session.query("RESET maintenance_work_mem").catch(() => undefined);
      }
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
