import { S3Client } from "@aws-sdk/client-s3";
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
import { isSafeKey, MAX_SIDECAR_BYTES, parseSidecar, type Sidecar } from "@groundwork/source-objects";
import { attachSidecars, type ObjectWithSidecar } from "./attach-sidecars.ts";
import { keyMatcher } from "./key-patterns.ts";
import { mapInOrder } from "./map-in-order.ts";
import { decomposedKeys, type Keyed, orderKeys } from "./order-keys.ts";
import { S3Content } from "./s3-content.ts";
import { type ListedObject, S3Objects } from "./s3-objects.ts";
import type { S3SourceOptions } from "./s3-source-options.ts";

/** Objects up to this size are read when they are opened: one request instead of two. */
const READ_AT_ONCE = 1024 * 1024;
/** Storage classes of which nothing can be read before it is restored. */
const ARCHIVES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);
/** Sidecars that are remembered by their etag, so that the next listing does not read them again. */
const MOST_SIDECARS = 100_000;

type KeyedObject = ObjectWithSidecar & Keyed;

function held(bytes: Uint8Array): DocumentContent {
  const check = ({ signal }: CallOptions = {}): void => throwIfAborted(signal);
  return {
    size: bytes.length,
    async bytes(options) {
      check(options);
      return bytes;
    },
    async *stream(options) {
      for (let at = 0; at < bytes.length; at += 64 * 1024) {
        check(options);
        yield bytes.subarray(at, at + 64 * 1024);
      }
    },
  };
}

function checkOptions({ bucket, concurrency = 16, pageSize = 1_000, id }: S3SourceOptions): void {
  const refuse = (message: string): never => {
    throw new GroundworkError("INVALID_CONFIGURATION", `s3Source: ${message}`, { driver: "source-s3" });
  };
  if (typeof bucket !== "string" || bucket === "") refuse("expected the name of a bucket, found none.");
  if (id !== undefined && id.trim() === "") refuse("expected `id` to be a name, found blanks.");
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    refuse(`expected concurrency of 1 or more, found ${concurrency}.`);
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > 1_000)
    refuse(`expected pageSize from 1 to 1,000, found ${pageSize}.`);
}

class S3Source implements Source {
  readonly sourceId: string;
  readonly defaultAccess?: Permissions;
  readonly #options: S3SourceOptions;
  readonly #prefix: string;
  readonly #client: S3Client;
  readonly #objects: S3Objects;
  readonly #isExcluded: (key: string) => boolean;
  readonly #sidecars = new Map<string, Sidecar | undefined>();
  readonly #closing = new AbortController();
  #permissionsSeen = false;

  constructor(options: S3SourceOptions) {
    checkOptions(options);
    const { bucket, prefix = "", id, region, endpoint, credentials, requestHandler } = options;
    this.sourceId = `s3:${id ?? `${bucket}/${prefix}`.replace(/\/+$/, "")}`;
    if (options.defaultAccess !== undefined) this.defaultAccess = options.defaultAccess;
    this.#options = options;
    this.#prefix = prefix;
    this.#isExcluded = keyMatcher(options.exclude ?? []);
    this.#client =
      options.client ??
      new S3Client({
        forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(credentials === undefined ? {} : { credentials }),
        requestHandler: requestHandler ?? {
          connectionTimeout: 5_000,
          requestTimeout: 60_000,
          throwOnRequestTimeout: true,
        },
      });
    this.#objects = new S3Objects(this.#client, bucket, { sourceId: this.sourceId });
  }

  get carriesPermissions(): boolean {
    return this.#options.carriesPermissions ?? (this.#options.permissions !== undefined || this.#permissionsSeen);
  }

  async *list(options: CallOptions = {}): AsyncGenerator<ListingItem, void, undefined> {
    const call = this.#call(options);
    throwIfAborted(call.signal, { sourceId: this.sourceId });
    const { concurrency = 16, onSkip } = this.#options;
    // The first pass is silent: what is left out is told once.
    const known = this.#options.decomposedKeys === true ? await decomposedKeys(this.#keyed(call, false)) : undefined;
    const ordered = orderKeys(this.#keyed(call, true), {
      ...(known === undefined ? {} : { known }),
      onClash: ({ key }) => onSkip?.({ key, reason: "name-clash" }),
    });
    let listed = 0;
    try {
      for await (const object of mapInOrder(ordered, concurrency, (one) => this.#describe(one, call))) {
        throwIfAborted(call.signal, { sourceId: this.sourceId });
        if (object.permissions !== undefined) this.#permissionsSeen = true;
        listed++;
        yield { object };
      }
    } catch (error) {
      // What was listed can be worked on; what was not must not be taken for deleted.
      if (listed === 0 || !GroundworkError.isInstance(error) || !error.retryable) throw error;
      yield { end: { complete: false, reason: `The listing broke off after ${listed} objects (${error.code}).` } };
      return;
    }
    yield { end: { complete: true } };
  }

  async open(object: SourceObject, options: CallOptions = {}): Promise<DocumentContent> {
    const call = this.#call(options);
    const ids = { sourceId: this.sourceId, key: object.key };
    throwIfAborted(call.signal, ids);
    const rawKey = this.#rawKeyOf(object);
    if (rawKey === undefined)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an object of this source, with a relative key.", ids);
    const etag = object.hint?.slice(0, object.hint.lastIndexOf(":"));
    const { size } = object;
    if (etag !== undefined && size !== undefined && size > 0 && size <= READ_AT_ONCE)
      return held(await new S3Content(this.#objects, rawKey, etag, size).bytes(call));
    const head = await this.#objects.head(rawKey, etag, call);
    return new S3Content(this.#objects, rawKey, head.etag, head.size);
  }

  /** Ends listings. Closing twice is allowed. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#options.client === undefined) this.#client.destroy();
  }

  #call({ signal }: CallOptions): { readonly signal: AbortSignal } {
    return { signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]) };
  }

  /** The key that S3 knows an object by; `undefined` for what is not of this source. */
  #rawKeyOf({ key, uri }: SourceObject): string | undefined {
    if (!isSafeKey(key)) return undefined;
    const base = this.#uriOf("");
    let rawKey = this.#prefix + key;
    if (uri.startsWith(base)) {
      try {
        rawKey = decodeURIComponent(uri.slice(base.length));
      } catch {
        return undefined;
      }
    }
    const isOwn = rawKey.startsWith(this.#prefix) && rawKey.slice(this.#prefix.length).normalize("NFC") === key;
    return isOwn ? rawKey : undefined;
  }

  #uriOf(rawKey: string): string {
    return `s3://${this.#options.bucket}/${rawKey.split("/").map(encodeURIComponent).join("/")}`;
  }

  async *#keyed(call: CallOptions, tells: boolean): AsyncGenerator<KeyedObject, void, undefined> {
    const { pageSize = 1_000, sidecars = true, onSkip } = this.#options;
    const listed = this.#objects.list(this.#prefix, pageSize, call);
    const objects: AsyncIterable<ObjectWithSidecar> = sidecars
      ? attachSidecars(listed, (rawKey) => this.#lookUp(rawKey, call))
      : listed;
    for await (const object of objects) {
      const inside = object.rawKey.slice(this.#prefix.length);
      // What the console makes for a folder.
      if (inside === "" || (inside.endsWith("/") && object.size === 0)) continue;
      const key = inside.normalize("NFC");
      if (!isSafeKey(key)) {
        if (tells) onSkip?.({ key, reason: "key" });
        continue;
      }
      if (!this.#isExcluded(key)) yield { ...object, key, rawKey: object.rawKey };
    }
  }

  async #lookUp(rawKey: string, call: CallOptions): Promise<ListedObject | undefined> {
    try {
      const { etag, size } = await this.#objects.head(rawKey, undefined, call);
      return { rawKey, etag, size };
    } catch (error) {
      if (GroundworkError.isInstance(error) && error.code === "NOT_FOUND") return undefined;
      throw error;
    }
  }

  async #describe(object: KeyedObject, call: CallOptions): Promise<SourceObject> {
    const { key, rawKey, etag, size, modifiedAt, storageClass } = object;
    const { metadata = false, tags = false } = this.#options;
    const described: SourceObject = {
      key,
      uri: this.#uriOf(rawKey),
      size,
      hint: `${etag}:${size}`,
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
      ...(ARCHIVES.has(storageClass ?? "") ? { state: "unavailable" as const } : {}),
    };
    try {
      const stated: Attributes = {
        ...(metadata ? (await this.#objects.head(rawKey, undefined, call)).metadata : {}),
        ...(tags ? await this.#objects.tags(rawKey, call) : {}),
      };
      const sidecar = object.sidecar === undefined ? { attributes: {} } : await this.#sidecar(object.sidecar, call);
      const attributes: Attributes = { ...stated, ...sidecar?.attributes };
      // A sidecar that nobody understands: then nobody knows who may read the object.
      const own = sidecar === undefined ? { allow: [] } : sidecar.permissions;
      const permissions = this.#options.permissions?.({ key, attributes }) ?? own;
      return {
        ...described,
        ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
        ...(permissions === undefined ? {} : { permissions }),
      };
    } catch (error) {
      if (!GroundworkError.isInstance(error)) throw error;
      // Gone since it was listed: opening it will say so. Refused: nobody can read it now.
      if (error.code === "NOT_FOUND") return described;
      if (error.code === "PERMISSION_DENIED") return { ...described, state: "hidden" };
      throw error;
    }
  }

  async #sidecar({ rawKey, etag, size }: ListedObject, call: CallOptions): Promise<Sidecar | undefined> {
    if (size > MAX_SIDECAR_BYTES) return undefined;
    const name = `${rawKey} ${etag}`;
    if (this.#sidecars.has(name)) return this.#sidecars.get(name);
    const bytes = await new S3Content(this.#objects, rawKey, etag, size).bytes(call);
    const sidecar = parseSidecar(Buffer.from(bytes).toString("utf8"));
    if (this.#sidecars.size >= MOST_SIDECARS) this.#sidecars.clear();
    this.#sidecars.set(name, sidecar);
    return sidecar;
  }
}

/**
 * The objects of an S3 bucket as documents. A listing asks for keys, sizes and etags, a thousand a request; an object is read under the condition
 * that it is the one that was listed.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION`; from its methods `SOURCE_NOT_FOUND` (no such bucket), `SOURCE_CHANGED`, `SOURCE_INCOMPLETE`
 * (see `decomposedKeys`), `NOT_FOUND`, `PERMISSION_DENIED`, `UNAUTHENTICATED`, `THROTTLED`, `SOURCE_UNAVAILABLE`, `TIMED_OUT`, `ABORTED`.
 */
export function s3Source(options: S3SourceOptions): Source {
  return new S3Source(options);
}
