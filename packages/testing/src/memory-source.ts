import {
  type Attributes,
  type CallOptions,
  type DocumentContent,
  GroundworkError,
  type ListingItem,
  type Permissions,
  type Source,
  type SourceObject,
  throwIfAborted,
} from "@groundwork/contracts";

/** What is kept of an object beside its bytes. */
export interface MemoryObjectDetails {
  readonly permissions?: Permissions;
  readonly attributes?: Attributes;
  readonly modifiedAt?: number;
}

/** What goes wrong, to be changed by a test at any time. Counts are numbers of objects. */
export interface MemorySourceFaults {
  /** The source is not there: `list` throws `SOURCE_NOT_FOUND`. */
  missing?: boolean;
  /** A listing ends after so many objects with `complete: false`. */
  incompleteAfter?: number;
  /** A listing throws `SOURCE_UNAVAILABLE` after so many objects. */
  throwsAfter?: number;
  /** The source refuses to show these (403): listed as `hidden`, `open` throws `PERMISSION_DENIED`. */
  readonly hidden: Set<string>;
  /** These do not answer (time-out, 5xx): listed as `unavailable`, `open` throws `SOURCE_UNAVAILABLE`. */
  readonly unavailable: Set<string>;
  /** The bytes of these change between listing and opening. */
  readonly changing: Set<string>;
  /** These vanish between listing and opening. */
  readonly vanishing: Set<string>;
}

export interface MemorySource extends Source {
  readonly faults: MemorySourceFaults;
  /** Keys in the order in which they were opened: shows what a second run reads again. */
  readonly opened: string[];
  put(key: string, content: string | Uint8Array, details?: MemoryObjectDetails): void;
  delete(key: string): void;
}

export interface MemorySourceOptions {
  /** @default "memory" */
  readonly sourceId?: string;
  readonly carriesPermissions?: boolean;
  readonly defaultAccess?: Permissions;
  /** First objects: key -> content. */
  readonly objects?: Readonly<Record<string, string | Uint8Array>>;
}

interface Kept extends MemoryObjectDetails {
  readonly bytes: Uint8Array;
  readonly hint: string;
}

/** Bytes of a piece. */
const PIECE = 64 * 1024;

/** A source in memory whose objects and faults a test sets. The reference of the contract. */
export function memorySource(options: MemorySourceOptions = {}): MemorySource {
  return new InMemorySource(options);
}

class InMemorySource implements MemorySource {
  readonly sourceId: string;
  readonly carriesPermissions?: boolean;
  readonly defaultAccess?: Permissions;
  readonly faults: MemorySourceFaults = {
    hidden: new Set(),
    unavailable: new Set(),
    changing: new Set(),
    vanishing: new Set(),
  };
  readonly opened: string[] = [];
  readonly #objects = new Map<string, Kept>();
  readonly #watches = new Set<(key: string) => void>();
  #writes = 0;

  constructor({ sourceId = "memory", carriesPermissions, defaultAccess, objects = {} }: MemorySourceOptions) {
    this.sourceId = sourceId;
    if (carriesPermissions !== undefined) this.carriesPermissions = carriesPermissions;
    if (defaultAccess !== undefined) this.defaultAccess = defaultAccess;
    for (const [key, content] of Object.entries(objects)) this.put(key, content);
  }

  put(key: string, content: string | Uint8Array, details: MemoryObjectDetails = {}): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    this.#objects.set(key.normalize("NFC"), { ...details, bytes, hint: `write-${++this.#writes}` });
    for (const tell of this.#watches) tell(key);
  }

  delete(key: string): void {
    this.#objects.delete(key);
    for (const tell of this.#watches) tell(key);
  }

  async *list({ signal }: CallOptions = {}): AsyncGenerator<ListingItem, void, undefined> {
    throwIfAborted(signal);
    const { missing, incompleteAfter, throwsAfter } = this.faults;
    if (missing === true) {
      throw new GroundworkError("SOURCE_NOT_FOUND", "The source is not there.", { sourceId: this.sourceId });
    }
    let listed = 0;
    for (const key of [...this.#objects.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      throwIfAborted(signal);
      if (listed === throwsAfter) {
        throw new GroundworkError("SOURCE_UNAVAILABLE", "The source stopped answering.", {
          sourceId: this.sourceId,
          retryable: true,
        });
      }
      if (listed === incompleteAfter) {
        yield { end: { complete: false, reason: `The listing broke off after ${listed} object(s).` } };
        return;
      }
      const kept = this.#objects.get(key);
      if (kept === undefined) continue;
      listed++;
      yield { object: this.#describe(key, kept) };
    }
    yield { end: { complete: true } };
  }

  async open(object: SourceObject, { signal }: CallOptions = {}): Promise<DocumentContent> {
    throwIfAborted(signal);
    const { key } = object;
    const ids = { sourceId: this.sourceId, key };
    if (this.faults.hidden.has(key)) throw new GroundworkError("PERMISSION_DENIED", "The object is not readable.", ids);
    if (this.faults.unavailable.has(key)) {
      throw new GroundworkError("SOURCE_UNAVAILABLE", "The object does not answer.", { ...ids, retryable: true });
    }
    if (this.faults.vanishing.delete(key)) this.delete(key);
    const kept = this.#objects.get(key);
    if (kept === undefined) throw new GroundworkError("NOT_FOUND", "The object is gone. List the source again.", ids);
    if (this.faults.changing.delete(key)) {
      this.put(key, new TextEncoder().encode(`changed ${this.#writes}`), kept);
    }
    if (this.#objects.get(key)?.hint !== (object.hint ?? kept.hint)) {
      throw new GroundworkError("SOURCE_CHANGED", "The object has changed since it was listed.", {
        ...ids,
        retryable: true,
      });
    }
    this.opened.push(key);
    return contentOf(kept.bytes);
  }

  async *watch({
    signal,
  }: CallOptions = {}): AsyncGenerator<
    { readonly key: string; readonly change: "changed" | "deleted" },
    void,
    undefined
  > {
    throwIfAborted(signal);
    const keys = new Set<string>();
    let wake = (): void => undefined;
    const tell = (key: string): void => {
      keys.add(key);
      wake();
    };
    const onAbort = (): void => wake();
    this.#watches.add(tell);
    signal?.addEventListener("abort", onAbort);
    try {
      while (signal?.aborted !== true) {
        const [key] = keys;
        if (key === undefined) {
          await new Promise<void>((done) => {
            wake = done;
          });
        } else {
          keys.delete(key);
          yield { key, change: this.#objects.has(key) ? "changed" : "deleted" };
        }
      }
    } finally {
      this.#watches.delete(tell);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async close(): Promise<void> {}

  #describe(key: string, { bytes, hint, permissions, attributes, modifiedAt }: Kept): SourceObject {
    const state = this.faults.hidden.has(key) ? "hidden" : this.faults.unavailable.has(key) ? "unavailable" : undefined;
    return {
      key,
      uri: `${this.sourceId}:${key}`,
      size: bytes.length,
      hint,
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
      ...(permissions === undefined ? {} : { permissions }),
      ...(attributes === undefined ? {} : { attributes }),
      ...(state === undefined ? {} : { state }),
    };
  }
}

function contentOf(bytes: Uint8Array): DocumentContent {
  return {
    size: bytes.length,
    async bytes(options) {
      throwIfAborted(options?.signal);
      return bytes.slice();
    },
    async *stream(options) {
      throwIfAborted(options?.signal);
      for (let start = 0; start < bytes.length; start += PIECE) {
        throwIfAborted(options?.signal);
        yield bytes.slice(start, start + PIECE);
      }
    },
  };
}
