import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsServiceError } from "./aws-error.ts";
import type { AuthenticationErrors, WireRequest } from "./wire.ts";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** How far the date of a signature may be from now. */
const TOLERANCE_MS = 5 * 60_000;
/** S3 allows more. */
const S3_TOLERANCE_MS = 15 * 60_000;

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalPath(path: string, s3: boolean): string {
  if (s3) return path;
  // Every service but S3 escapes once more what the request has escaped already.
  return path.split("/").map(escapeUri).join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [escapeUri(name), escapeUri(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** The signature (version 4) of a request, hex, over the headers that are named. */
export function signatureOf(
  request: WireRequest,
  scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly secretAccessKey: string;
    readonly signedHeaders: readonly string[];
  },
): string {
  const { date, region, service, secretAccessKey, signedHeaders } = scope;
  const payload = signedHeaders.includes("x-amz-content-sha256")
    ? (request.headers["x-amz-content-sha256"] ?? "")
    : sha256(request.body);
  const canonical = [
    request.method,
    canonicalPath(request.path, service === "s3"),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders.join(";"),
    payload,
  ].join("\n");
  const day = date.slice(0, 8);
  const toSign = [ALGORITHM, date, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join("\n");
  const key = [region, service, "aws4_request"].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    hmac(`AWS4${secretAccessKey}`, day),
  );
  return hmac(key, toSign).toString("hex");
}

/** Codes by which each family of services refuses a signature. */
const CODES = {
  rpc: {
    missing: ["MissingAuthenticationTokenException", 400],
    incomplete: ["IncompleteSignatureException", 400],
    unknownKey: ["UnrecognizedClientException", 400],
    mismatch: ["InvalidSignatureException", 400],
    skewed: ["InvalidSignatureException", 400],
    expiredToken: ["ExpiredTokenException", 400],
  },
  rest: {
    missing: ["MissingAuthenticationTokenException", 403],
    incomplete: ["IncompleteSignatureException", 403],
    unknownKey: ["UnrecognizedClientException", 403],
    mismatch: ["InvalidSignatureException", 403],
    skewed: ["InvalidSignatureException", 403],
    expiredToken: ["ExpiredTokenException", 403],
  },
  s3: {
    missing: ["AccessDenied", 403],
    incomplete: ["AuthorizationHeaderMalformed", 400],
    unknownKey: ["InvalidAccessKeyId", 403],
    mismatch: ["SignatureDoesNotMatch", 403],
    skewed: ["RequestTimeTooSkewed", 403],
    expiredToken: ["ExpiredToken", 400],
  },
} as const;

export type AuthenticationFault = keyof (typeof CODES)["rpc"];

const MESSAGES: Readonly<Record<AuthenticationFault, string>> = {
  missing: "The request has no authentication token.",
  incomplete: "The authorization header lacks a part that is required.",
  unknownKey: "The access key or the security token of the request is not known.",
  mismatch:
    "The signature of the request is not the one that was calculated for it. Check the secret key and how it is signed.",
  skewed: "Signature expired: the date of the request is too far from the time of the service.",
  expiredToken: "The security token included in the request is expired.",
};

export function authenticationError(fault: AuthenticationFault, family: AuthenticationErrors): AwsServiceError {
  const [code, status] = CODES[family][fault];
  return new AwsServiceError(code, MESSAGES[fault], { status });
}

function parseDate(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * Calculates the signature of a request again and compares: key, date, region, service, headers and body must be those that were
 * signed. The hash of the body is checked where it is stated.
 *
 * @param now milliseconds since the epoch, real time: clients sign with theirs.
 * @throws AwsServiceError with the code that this family of services uses.
 */
export function verifySignature(
  request: WireRequest,
  expected: {
    readonly region: string;
    readonly service: string;
    readonly credentials: AwsCredentials;
    readonly family: AuthenticationErrors;
  },
  now: number,
): void {
  const { region, service, credentials, family } = expected;
  const refusal = (fault: AuthenticationFault): AwsServiceError => authenticationError(fault, family);
  const authorization = request.headers.authorization;
  if (authorization === undefined || !authorization.startsWith(ALGORITHM)) throw refusal("missing");
  const part = (name: string): string | undefined => new RegExp(`\\b${name}=([^,\\s]+)`).exec(authorization)?.[1];
  const [credential, signed, signature] = [part("Credential"), part("SignedHeaders"), part("Signature")];
  const date = request.headers["x-amz-date"];
  if (credential === undefined || signed === undefined || signature === undefined || date === undefined)
    throw refusal("incomplete");
  const [accessKeyId, day, ...scope] = credential.split("/");
  const at = parseDate(date);
  if (Number.isNaN(at) || day !== date.slice(0, 8)) throw refusal("incomplete");
  if (accessKeyId !== credentials.accessKeyId || request.headers["x-amz-security-token"] !== credentials.sessionToken)
    throw refusal("unknownKey");
  if (Math.abs(now - at) > (family === "s3" ? S3_TOLERANCE_MS : TOLERANCE_MS)) throw refusal("skewed");
  const signedHeaders = signed.split(";");
  // What is not signed could be changed on the way: the host (which has another name in HTTP/2) and the target must be.
  const host = signedHeaders.includes(":authority") ? ":authority" : "host";
  const required = [host, "x-amz-target", "x-amz-security-token"].filter((name) => request.headers[name] !== undefined);
  if (scope.join("/") !== `${region}/${service}/aws4_request` || required.some((name) => !signedHeaders.includes(name)))
    throw refusal("mismatch");
  const ours = signatureOf(request, {
    date,
    region,
    service,
    secretAccessKey: credentials.secretAccessKey,
    signedHeaders,
  });
  if (ours.length !== signature.length || !timingSafeEqual(Buffer.from(ours), Buffer.from(signature)))
    throw refusal("mismatch");
  const stated = request.headers["x-amz-content-sha256"];
  if (stated !== undefined && /^[0-9a-f]{64}$/.test(stated) && stated !== sha256(request.body))
    throw refusal("mismatch");
}
