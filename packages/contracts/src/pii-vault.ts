import type { CallOptions } from "./call-options.ts";
import type { Principal } from "./retriever.ts";
import type { PiiActionName } from "./text-revision.ts";

/**
 * A value that a pseudonym or a hash stands for, locked by the stage that replaced it: whoever carries it on cannot read it. Only a
 * vault with the same key can.
 */
export interface SealedValue {
  readonly scope: string;
  /** What stands in the text instead. */
  readonly token: string;
  readonly type: string;
  /** Names the value without telling it: the same for the same value everywhere in a scope. */
  readonly subject: string;
  readonly sealed: Uint8Array;
}

/** Which text holds the values. */
export interface VaultHolder {
  readonly documentId: string;
  readonly revisionId: string;
}

export interface RevealRequest {
  readonly token: string;
  /** @default "default" */
  readonly scope?: string;
  /** Absent: the local owner of a knowledge base without permissions. One without names is nobody. */
  readonly principal?: Principal;
  /** What for, by a name that the vault's owner has allowed to some principals. */
  readonly purpose: string;
  /** Those of the documents that the principal may read. A value of which it may read none is not revealed. @default all */
  readonly readable?: (documentIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

export interface RevealedValue {
  readonly type: string;
  /** As far as the purpose reaches: all of it, a masked or coarser form, or the token itself where nothing of it is told. */
  readonly value: string;
  /** What the purpose allows of values of this type. */
  readonly action: PiiActionName;
  readonly subject: string;
  readonly documentIds: readonly string[];
}

/** One attempt to reveal, granted or not. It never holds the value. */
export interface VaultAuditRow {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly scope: string;
  readonly token: string;
  readonly principals: readonly string[];
  readonly purpose: string;
  readonly granted: boolean;
  /** `unknown-purpose`, `not-for-this-principal`, `nothing-readable`, `unknown-token`. */
  readonly reason?: string;
}

/**
 * Keeps what pseudonyms and hashes stand for, and tells it for a purpose to those who may know, with a row in the audit for every
 * attempt.
 *
 * - `put` adds the values of a text; again is no harm. A value is kept once, under a key of its own, however many documents hold it.
 * - Values that no document holds any more are destroyed: `forget` takes the documents that are gone, `supersede` the earlier texts of one.
 * - `erase` destroys the key of a value: it can never be revealed again, nor be put in again.
 * - `rotate` locks all keys under a new one; the old one is of no use from then on.
 * - `reveal` throws `PERMISSION_DENIED` for a purpose that is not allowed to the principal, `NOT_FOUND` for a token that is not known or
 *   whose documents the principal may not read. Both leave a row.
 */
export interface PiiVault {
  readonly name: string;
  put(holder: VaultHolder, values: readonly SealedValue[], options?: CallOptions): Promise<void>;
  /** The same text is held by another document, too. */
  copy(from: VaultHolder, to: VaultHolder, options?: CallOptions): Promise<void>;
  supersede(holder: VaultHolder, options?: CallOptions): Promise<void>;
  forget(documentIds: readonly string[], options?: CallOptions): Promise<void>;
  reveal(request: RevealRequest, options?: CallOptions): Promise<readonly RevealedValue[]>;
  /** Newest first. */
  audit(
    query?: { readonly since?: number; readonly limit?: number },
    options?: CallOptions,
  ): Promise<readonly VaultAuditRow[]>;
  /** Returns how many values were destroyed. */
  erase(token: { readonly scope?: string; readonly token: string }, options?: CallOptions): Promise<number>;
  close(): Promise<void>;
}

/** Locks and unlocks the one key that locks the others: a key in memory, or a key-management service. */
export interface KeyProvider {
  /** Names the key; stands beside what it locked. */
  readonly keyId: string;
  wrap(key: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /** Throws `UNAUTHENTICATED` when the key is not the one that locked it. */
  unwrap(wrapped: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}
