import type { CallOptions } from "./call-options.ts";
import type { Attributes, DocumentContent } from "./document.ts";

/** Who may read. Principals are `user:NAME`, `group:NAME` or {@link LOCAL_OWNER}. `deny` wins over `allow`. */
export interface Permissions {
  readonly allow: readonly string[];
  readonly deny?: readonly string[];
}

/** The one principal of a knowledge base whose sources carry no permissions. */
export const LOCAL_OWNER = "owner:local";

/** Whether one of the principals may read: one is named in `allow`, none in `deny`. */
export function mayRead({ allow, deny = [] }: Permissions, principals: readonly string[]): boolean {
  return principals.some((name) => allow.includes(name)) && !principals.some((name) => deny.includes(name));
}

/** An object of a source as a listing gives it. Small: a listing of a million objects is streamed, never collected. */
export interface SourceObject {
  /** Relative, parts divided by `/`, Unicode NFC; identity is (`sourceId`, `key`). */
  readonly key: string;
  /** For people and citations. */
  readonly uri: string;
  /** Bytes, where the listing knows. */
  readonly size?: number;
  readonly modifiedAt?: number;
  /** A strong hint that changes whenever the bytes do (etag, version id, size + mtime): equal hints skip the reading. */
  readonly hint?: string;
  /** Absent: the source carries no permissions for this object, and `defaultAccess` decides. */
  readonly permissions?: Permissions;
  readonly attributes?: Attributes;
  /** Set when the object is listed but cannot be read now: 403 = `hidden`, time-out or 5xx = `unavailable`. */
  readonly state?: "readable" | "hidden" | "unavailable";
}

/**
 * The last item of a listing. Only after `complete: true` may a plan delete what was not listed, and only inside `scope`
 * (key prefixes that the listing covered; absent = the whole source).
 */
export interface ListingEnd {
  readonly complete: boolean;
  readonly scope?: readonly string[];
  /** Why it is not complete. */
  readonly reason?: string;
}

export type ListingItem = { readonly object: SourceObject } | { readonly end: ListingEnd };

/**
 * Where documents come from.
 *
 * - `list` yields each key once, in ascending code-unit order of keys where the source can, and ends with exactly one `end`.
 *   A source that is not there (an unmounted folder, a missing bucket) throws `SOURCE_NOT_FOUND`: an empty listing is never
 *   a substitute for a failed one.
 * - `open` gives the bytes that the listing saw, or throws `SOURCE_CHANGED` (retryable) when they have changed since,
 *   `NOT_FOUND` when they are gone.
 */
export interface Source {
  readonly sourceId: string;
  /** Whether any of its objects carries permissions: then objects without are readable by nobody unless `defaultAccess` says otherwise. */
  readonly carriesPermissions?: boolean;
  readonly defaultAccess?: Permissions;
  list(options?: CallOptions): AsyncIterable<ListingItem>;
  open(object: SourceObject, options?: CallOptions): Promise<DocumentContent>;
  watch?(options?: CallOptions): AsyncIterable<{ readonly key: string; readonly change: "changed" | "deleted" }>;
  close?(): Promise<void>;
}
