import type { AwsServiceError } from "../aws-error.ts";
import type { WireAnswer, WireProtocol, WireRequest } from "../wire.ts";

const escapeXml = (text: string): string => text.replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);

function element(name: string, value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join("");
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === "object" && value !== null)
    return `<${name}>${Object.entries(value)
      .map(([member, inner]) => element(member, inner))
      .join("")}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** The body of an upload that is sent in chunks, with its trailer taken off. Chunks are hexadecimal lengths, lines, data. */
function unchunked(request: WireRequest): Uint8Array {
  if (!(request.headers["content-encoding"] ?? "").includes("aws-chunked")) return request.body;
  const parts: Buffer[] = [];
  for (let at = 0; at < request.body.length; ) {
    const lineEnd = request.body.indexOf("\r\n", at);
    if (lineEnd < 0) break;
    const length = Number.parseInt(request.body.toString("latin1", at, lineEnd).split(";")[0]!, 16);
    if (!(length > 0)) break;
    parts.push(request.body.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return Buffer.concat(parts);
}

const METHODS: Readonly<Record<string, string>> = {
  PUT: "PutObject",
  GET: "GetObject",
  HEAD: "HeadObject",
  DELETE: "DeleteObject",
};
const BUCKET_METHODS: Readonly<Record<string, string>> = {
  PUT: "CreateBucket",
  GET: "ListObjectsV2",
  HEAD: "HeadBucket",
};

/** Query parameters of the operations that are known; any other names an operation that is not. */
const PLAIN_PARAMETERS = new Set([
  "x-id",
  "list-type",
  "prefix",
  "max-keys",
  "continuation-token",
  "start-after",
  "delimiter",
  "encoding-type",
  "fetch-owner",
]);

function readCall(request: WireRequest, bucket: string, key: string): Record<string, unknown> {
  const { headers, query } = request;
  const metadata = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith("x-amz-meta-"))
      .map(([name, value]) => [name.slice("x-amz-meta-".length), value]),
  );
  const maxKeys = query.get("max-keys");
  const optional: Record<string, unknown> = {
    Key: key === "" ? undefined : key,
    Body: request.method === "PUT" && key !== "" ? unchunked(request) : undefined,
    ContentType: headers["content-type"],
    IfNoneMatch: headers["if-none-match"],
    IfMatch: headers["if-match"],
    Range: headers.range,
    Prefix: query.get("prefix") ?? undefined,
    Delimiter: query.get("delimiter") ?? undefined,
    ContinuationToken: query.get("continuation-token") ?? undefined,
    StartAfter: query.get("start-after") ?? undefined,
    EncodingType: query.get("encoding-type") ?? undefined,
    MaxKeys: maxKeys === null ? undefined : Number(maxKeys),
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { Bucket: bucket, Metadata: metadata, ...Object.fromEntries(given) };
}

/** REST with XML as S3 has it, path style: `/bucket/key`. */
export function s3Xml(): WireProtocol {
  const common = (requestId: string): Record<string, string> => ({ "x-amz-request-id": requestId, server: "AmazonS3" });
  return {
    name: "rest-xml",
    authenticationErrors: "s3",
    match(request) {
      if (request.headers["x-amz-target"] !== undefined || request.headers["smithy-protocol"] !== undefined)
        return undefined;
      const [, bucket = "", ...rest] = request.path.split("/");
      const key = decodeURIComponent(rest.join("/"));
      const known = [...request.query.keys()].every((name) => PLAIN_PARAMETERS.has(name));
      const operation = (key === "" ? BUCKET_METHODS : METHODS)[request.method];
      if (bucket === "" || operation === undefined || !known) return undefined;
      return { operation, read: () => readCall(request, decodeURIComponent(bucket), key) };
    },
    write(operation, output, requestId): WireAnswer {
      const headers = common(requestId);
      const body = output.Body instanceof Uint8Array ? output.Body : new Uint8Array();
      if (typeof output.ETag === "string") headers.etag = output.ETag;
      if (output.LastModified instanceof Date) headers["last-modified"] = output.LastModified.toUTCString();
      if (typeof output.ContentType === "string") headers["content-type"] = output.ContentType;
      // The answer to a HEAD has no body but the length of one.
      if (operation === "HeadObject") headers["content-length"] = String(output.ContentLength);
      if (typeof output.ContentRange === "string") headers["content-range"] = output.ContentRange;
      for (const [name, value] of Object.entries((output.Metadata as Record<string, string> | undefined) ?? {}))
        headers[`x-amz-meta-${name}`] = value;
      if (operation === "ListObjectsV2") {
        const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${element("ListBucketResult", output)}`;
        return { status: 200, headers: { ...headers, "content-type": "application/xml" }, body: Buffer.from(xml) };
      }
      if (operation === "DeleteObject") return { status: 204, headers, body };
      return { status: output.ContentRange === undefined ? 200 : 206, headers, body };
    },
    writeError: (error: AwsServiceError, requestId) => ({
      status: error.status,
      headers: { ...common(requestId), "content-type": "application/xml", ...error.headers },
      body: Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n${element("Error", {
          Code: error.code,
          Message: error.message,
          RequestId: requestId,
        })}`,
      ),
    }),
  };
}
