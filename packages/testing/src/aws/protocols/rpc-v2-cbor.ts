import { decode, encode, Token, Type } from "cborg";
import { AwsServiceError } from "../aws-error.ts";
import type { WireProtocol } from "../wire.ts";
import { refuseHalfSurrogates } from "./json-rpc.ts";

/** The tag of CBOR for a time in seconds since the epoch. */
const EPOCH_TIME = 1;

const encoding = {
  typeEncoders: {
    Date: (date: unknown) => [new Token(Type.tag, EPOCH_TIME), new Token(Type.float, (date as Date).getTime() / 1000)],
    undefined: () => [],
  },
} as const;

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withoutUndefined(member)]),
  );
}

const write = (value: unknown): Uint8Array => encode(withoutUndefined(value), encoding);

function read(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = decode(body, {
      tags: {
        [EPOCH_TIME]: (decodeValue: () => unknown) => new Date(Number(decodeValue()) * 1000),
      },
    });
  } catch {
    throw new AwsServiceError("SerializationException", "The body of the request is no CBOR.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AwsServiceError("SerializationException", "The body of the request is no CBOR map.");
  refuseHalfSurrogates(value);
  return value as Record<string, unknown>;
}

/** Smithy RPC v2 with CBOR: `POST /service/{service}/operation/{operation}`. Recent versions of botocore speak it where a service can. */
export function rpcV2Cbor({ service }: { readonly service: string }): WireProtocol {
  const headersFor = (requestId: string): Record<string, string> => ({
    "content-type": "application/cbor",
    "smithy-protocol": "rpc-v2-cbor",
    "x-amzn-requestid": requestId,
  });
  return {
    name: "rpc-v2-cbor",
    authenticationErrors: "rpc",
    match({ method, path, headers, body }) {
      const match = /\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path);
      if (method !== "POST" || match?.[1] !== service || headers["smithy-protocol"] !== "rpc-v2-cbor") return undefined;
      return { operation: match[2]!, read: () => read(body) };
    },
    write: (_, output, requestId) => ({ status: 200, headers: headersFor(requestId), body: write(output) }),
    writeError: (error, requestId) => ({
      status: error.status,
      headers: { ...headersFor(requestId), ...error.headers },
      body: write({ __type: error.code, Message: error.message, message: error.message, ...error.members }),
    }),
  };
}
