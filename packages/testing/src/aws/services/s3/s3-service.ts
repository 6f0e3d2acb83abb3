import { AwsServiceError } from "../../aws-error.ts";
import type { ObjectStore, StoredObject } from "../../object-store.ts";
import { PageTokens } from "../../page-token.ts";
import { s3Xml } from "../../protocols/s3-xml.ts";
import type { AwsOperation, AwsService, OperationContext } from "../../service.ts";

const MAX_KEYS = 1000;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

type Input = Record<string, unknown>;
const bucketOf = (input: Input): string => input.Bucket as string;
const keyOf = (input: Input): string => input.Key as string;

function existing(objects: ObjectStore, input: Input): string {
  const bucket = bucketOf(input);
  if (!objects.hasBucket(bucket))
    throw new AwsServiceError("NoSuchBucket", "The specified bucket does not exist", { status: 404 });
  return bucket;
}

function stored(input: Input, { objects }: OperationContext): StoredObject {
  const found = objects.get(existing(objects, input), keyOf(input));
  if (found === undefined) throw new AwsServiceError("NoSuchKey", "The specified key does not exist.", { status: 404 });
  if (input.IfMatch !== undefined && input.IfMatch !== found.etag)
    throw new AwsServiceError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
      status: 412,
    });
  return found;
}

function headOf(object: StoredObject): Record<string, unknown> {
  const { body, etag, lastModified, contentType, metadata } = object;
  return {
    ContentLength: body.length,
    ETag: etag,
    LastModified: lastModified,
    ContentType: contentType,
    Metadata: metadata,
  };
}

function listing(tokens: PageTokens, input: Input, { objects }: OperationContext): Record<string, unknown> {
  const bucket = existing(objects, input);
  const prefix = (input.Prefix as string | undefined) ?? "";
  if (input.Delimiter !== undefined)
    throw new AwsServiceError("NotImplemented", "The fake lists without a delimiter.", { status: 501 });
  const maxKeys = Math.min((input.MaxKeys as number | undefined) ?? MAX_KEYS, MAX_KEYS);
  const question = `${bucket}\n${prefix}`;
  const token = input.ContinuationToken as string | undefined;
  let after = input.StartAfter as string | undefined;
  if (token !== undefined) {
    after = tokens.read(question, token);
    if (after === undefined)
      throw new AwsServiceError("InvalidArgument", "The continuation token provided is incorrect");
  }
  const all = objects.list(bucket, prefix);
  const from =
    after === undefined ? 0 : all.findIndex(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const rest = from < 0 ? [] : all.slice(from);
  const page = rest.slice(0, maxKeys);
  const isTruncated = rest.length > page.length;
  const encode = (key: string): string =>
    input.EncodingType === "url" ? encodeURIComponent(key).replaceAll("%2F", "/") : key;
  return {
    Name: bucket,
    Prefix: encode(prefix),
    KeyCount: page.length,
    MaxKeys: maxKeys,
    IsTruncated: isTruncated,
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(isTruncated ? { NextContinuationToken: tokens.make(question, page.at(-1)!.key) } : {}),
    Contents: page.map(({ key, etag, lastModified, body }) => ({
      Key: encode(key),
      LastModified: lastModified,
      ETag: etag,
      Size: body.length,
      StorageClass: "STANDARD",
    })),
  };
}

function rangeOf(range: string, length: number): { readonly start: number; readonly end: number } {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range);
  const [first, last] = [match?.[1] ?? "", match?.[2] ?? ""];
  const start = first === "" ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === "" || last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (match === null || start >= length || end < start)
    throw new AwsServiceError("InvalidRange", "The requested range is not satisfiable", { status: 416 });
  return { start, end };
}

/**
 * A small S3, path style: buckets made, objects put (whole, with `If-None-Match: *`), read (with ranges), listed in pages, deleted. For the
 * behaviour of S3 itself (versions, multipart, notifications) test against an emulator of S3.
 */
export function s3Service(): AwsService {
  const tokens = new PageTokens();
  const describe = (input: Input): Record<string, string> => ({
    bucket: bucketOf(input),
    ...(input.Key === undefined ? {} : { key: keyOf(input) }),
  });
  const operations: Record<string, AwsOperation> = {
    CreateBucket: {
      describe,
      handle(input, { objects }) {
        if (!BUCKET_NAME.test(bucketOf(input)))
          throw new AwsServiceError("InvalidBucketName", "The specified bucket is not valid.");
        objects.makeBucket(bucketOf(input));
        return { Location: `/${bucketOf(input)}` };
      },
    },
    HeadBucket: {
      describe,
      handle(input, { objects, region }) {
        existing(objects, input);
        return { BucketRegion: region };
      },
    },
    PutObject: {
      describe,
      handle(input, { objects }) {
        const bucket = existing(objects, input);
        const present = objects.get(bucket, keyOf(input));
        if (
          (input.IfNoneMatch === "*" && present !== undefined) ||
          (input.IfMatch !== undefined && present?.etag !== input.IfMatch)
        )
          throw new AwsServiceError(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            { status: 412 },
          );
        const { etag } = objects.put(bucket, keyOf(input), input.Body as Uint8Array, {
          ...(input.ContentType === undefined ? {} : { contentType: input.ContentType as string }),
          metadata: input.Metadata as Record<string, string>,
        });
        return { ETag: etag };
      },
    },
    GetObject: {
      describe,
      handle(input, context) {
        const object = stored(input, context);
        if (input.Range === undefined) return { ...headOf(object), Body: object.body };
        const { start, end } = rangeOf(input.Range as string, object.body.length);
        return {
          ...headOf(object),
          ContentLength: end - start + 1,
          ContentRange: `bytes ${start}-${end}/${object.body.length}`,
          Body: object.body.subarray(start, end + 1),
        };
      },
    },
    HeadObject: { describe, handle: (input, context) => headOf(stored(input, context)) },
    DeleteObject: {
      describe,
      handle(input, { objects }) {
        objects.delete(existing(objects, input), keyOf(input));
        return {};
      },
    },
    ListObjectsV2: { describe, handle: (input, context) => listing(tokens, input, context) },
  };
  return { name: "s3", signingName: "s3", protocols: [s3Xml()], operations };
}
