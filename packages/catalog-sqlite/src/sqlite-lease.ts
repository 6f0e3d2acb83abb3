import { hostname } from "node:os";
import { type CallOptions, GroundworkError, type Lease } from "@groundwork/contracts";
import type { Connection } from "@groundwork/sqlite-file";

/** What a lease needs of its catalog. */
export interface LeaseStore {
  write<T>(work: (connection: Connection) => T, options?: CallOptions): Promise<T>;
}

/**
 * Whether the holder is known to be dead: it named itself `HOST:PID`, on this host, and there is no such process. A run that was
 * killed then keeps nobody waiting.
 */
function isDeadProcess(holder: string): boolean {
  const [, host, pid] = /^(.+):(\d+)$/.exec(holder) ?? [];
  if (host !== hostname() || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Takes a lease that is free and returns its token, or returns when it becomes free at the latest. Runs inside a write
 * transaction. The row outlives the lease, so that tokens only grow.
 */
export function takeLease(
  connection: Connection,
  name: string,
  holder: string,
  now: number,
  ttlMs: number,
): { readonly token: number } | { readonly holder: string; readonly expiresAt: number } {
  const taken = connection.get(
    `INSERT INTO leases (name, token, holder, expires_at) VALUES (?, 1, ?, ?)
     ON CONFLICT (name) DO UPDATE SET token = token + 1, holder = excluded.holder, expires_at = excluded.expires_at
     WHERE leases.expires_at <= ? RETURNING token`,
    name,
    holder,
    now + ttlMs,
    now,
  );
  if (taken !== undefined) return { token: taken.token as number };
  const row = connection.get("SELECT holder, expires_at FROM leases WHERE name = ?", name);
  if (isDeadProcess(String(row?.holder))) {
    const token = connection.get(
      "UPDATE leases SET token = token + 1, holder = ?, expires_at = ? WHERE name = ? RETURNING token",
      holder,
      now + ttlMs,
      name,
    )?.token;
    return { token: token as number };
  }
  return { holder: String(row?.holder), expiresAt: Number(row?.expires_at) };
}

export class SqliteLease implements Lease {
  readonly name: string;
  readonly token: number;
  readonly #ttlMs: number;
  readonly #store: LeaseStore;

  constructor(store: LeaseStore, name: string, token: number, ttlMs: number) {
    this.#store = store;
    this.name = name;
    this.token = token;
    this.#ttlMs = ttlMs;
  }

  async renew(options: CallOptions = {}): Promise<void> {
    const renewed = await this.#store.write(
      (connection) =>
        connection.run(
          "UPDATE leases SET expires_at = ? WHERE name = ? AND token = ? AND holder IS NOT NULL",
          Date.now() + this.#ttlMs,
          this.name,
          this.token,
        ),
      options,
    );
    if (renewed === 0) {
      throw new GroundworkError(
        "LEASE_LOST",
        `Expected to hold lease "${this.name}" with token ${this.token}; it was released or another holder has taken over. Stop, and acquire it again.`,
        { driver: "catalog-sqlite" },
      );
    }
  }

  /** Releasing a lease that is lost or released already changes nothing. */
  async release(): Promise<void> {
    await this.#store.write((connection) =>
      connection.run(
        "UPDATE leases SET holder = NULL, expires_at = 0 WHERE name = ? AND token = ?",
        this.name,
        this.token,
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
