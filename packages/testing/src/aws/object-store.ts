import { createHash } from "node:crypto";

export interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** With its quotation marks. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** The objects of the fake, by bucket and key. A bucket exists once it was made or written to by a test. */
export class ObjectStore {
  readonly #buckets = new Map<string, Map<string, StoredObject>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  makeBucket(bucket: string): void {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  /** With all that is in it. */
  removeBucket(bucket: string): void {
    this.#buckets.delete(bucket);
  }

  hasBucket(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  put(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    options: { readonly contentType?: string; readonly metadata?: Readonly<Record<string, string>> } = {},
  ): StoredObject {
    this.makeBucket(bucket);
    const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
    const stored: StoredObject = {
      key,
      body: bytes,
      contentType: options.contentType ?? "application/octet-stream",
      metadata: options.metadata ?? {},
      etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
      // S3 keeps whole seconds.
      lastModified: new Date(Math.floor(this.#now() / 1000) * 1000),
    };
    this.#buckets.get(bucket)!.set(key, stored);
    return stored;
  }

  get(bucket: string, key: string): StoredObject | undefined {
    return this.#buckets.get(bucket)?.get(key);
  }

  delete(bucket: string, key: string): void {
    this.#buckets.get(bucket)?.delete(key);
  }

  /** Objects whose keys begin with the prefix, in the order of their keys' UTF-8 bytes. */
  list(bucket: string, prefix = ""): StoredObject[] {
    return [...(this.#buckets.get(bucket)?.values() ?? [])]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }
}

/** Bucket and key of an address `s3://bucket/key`. */
export function parseS3Uri(uri: string): { readonly bucket: string; readonly key: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (match === null) throw new Error("expected an address of the form s3://bucket/key");
  return { bucket: match[1]!, key: match[2] ?? "" };
}
