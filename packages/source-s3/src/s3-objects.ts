import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type CallOptions, type ErrorIds, throwIfAborted } from "@groundwork/contracts";
import { s3Error } from "./s3-errors.ts";

/** An object of a listing, with the key that S3 knows. */
export interface ListedObject {
  readonly rawKey: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt?: number;
  readonly storageClass?: string;
}

/** The requests that a source makes. Each throws typed errors. */
export class S3Objects {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #ids: ErrorIds;

  constructor(client: S3Client, bucket: string, ids: ErrorIds) {
    this.#client = client;
    this.#bucket = bucket;
    this.#ids = ids;
  }

  async #send<T>(operation: string, options: CallOptions, request: () => Promise<T>, key?: string): Promise<T> {
    const ids = key === undefined ? this.#ids : { ...this.#ids, key };
    throwIfAborted(options.signal, ids);
    try {
      return await request();
    } catch (error) {
      throw s3Error(error, operation, ids, options.signal);
    }
  }

  /** All objects under a prefix, page by page, in the order of S3: that of the UTF-8 bytes of their keys. */
  async *list(prefix: string, pageSize: number, options: CallOptions): AsyncGenerator<ListedObject, void, undefined> {
    let token: string | undefined;
    do {
      const page = await this.#send("ListObjectsV2", options, () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: prefix,
            MaxKeys: pageSize,
            // XML cannot hold every character of a key.
            EncodingType: "url",
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          abort(options),
        ),
      );
      for (const { Key, ETag, Size, LastModified, StorageClass } of page.Contents ?? []) {
        if (Key === undefined) continue;
        yield {
          rawKey: decodeURIComponent(Key.replaceAll("+", " ")),
          etag: ETag ?? "",
          size: Size ?? 0,
          ...(LastModified === undefined ? {} : { modifiedAt: LastModified.getTime() }),
          ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
        };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** What S3 says of an object without its bytes, if it has not changed. */
  async head(
    rawKey: string,
    etag: string | undefined,
    options: CallOptions,
  ): Promise<{ readonly size: number; readonly etag: string; readonly metadata: Readonly<Record<string, string>> }> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: rawKey, ...match(etag) });
    const answer = await this.#send("HeadObject", options, () => this.#client.send(command, abort(options)), rawKey);
    return { size: answer.ContentLength ?? 0, etag: answer.ETag ?? "", metadata: answer.Metadata ?? {} };
  }

  /** An object's bytes from one on, if it has not changed. */
  async get(
    rawKey: string,
    etag: string | undefined,
    from: number,
    options: CallOptions,
  ): Promise<{ readonly etag: string; readonly size: number; readonly body: AsyncIterable<Uint8Array> }> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: rawKey,
      ...match(etag),
      ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
    });
    const answer: GetObjectCommandOutput = await this.#send(
      "GetObject",
      options,
      () => this.#client.send(command, abort(options)),
      rawKey,
    );
    return {
      etag: answer.ETag ?? "",
      size: from + (answer.ContentLength ?? 0),
      body: answer.Body as unknown as AsyncIterable<Uint8Array>,
    };
  }

  async tags(rawKey: string, options: CallOptions): Promise<Readonly<Record<string, string>>> {
    const command = new GetObjectTaggingCommand({ Bucket: this.#bucket, Key: rawKey });
    const { TagSet = [] } = await this.#send(
      "GetObjectTagging",
      options,
      () => this.#client.send(command, abort(options)),
      rawKey,
    );
    return Object.fromEntries(TagSet.map(({ Key = "", Value = "" }) => [Key, Value]));
  }

  /** The error of a body that broke off. */
  broken(error: unknown, rawKey: string, options: CallOptions): Error {
    return s3Error(error, "GetObject", { ...this.#ids, key: rawKey }, options.signal);
  }
}

function match(etag: string | undefined): { IfMatch?: string } {
  return etag === undefined || etag === "" ? {} : { IfMatch: etag };
}

function abort({ signal }: CallOptions): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
