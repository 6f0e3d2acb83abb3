import { AwsServiceError } from "../aws-error.ts";
import { jsonValue } from "../recorder.ts";
import type { WireProtocol } from "../wire.ts";

/** Reads the JSON of a request. Half surrogates are no text: services refuse them. */
export function parseJson(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsServiceError("SerializationException", "The body of the request is no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AwsServiceError("SerializationException", "The body of the request is no JSON object.");
  refuseHalfSurrogates(value);
  return value as Record<string, unknown>;
}

export function refuseHalfSurrogates(value: unknown): void {
  if (typeof value === "string") {
    if (!value.isWellFormed())
      throw new AwsServiceError("SerializationException", "A string of the request is no Unicode text.");
  } else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    for (const member of Object.values(value)) refuseHalfSurrogates(member);
  }
}

/**
 * AWS JSON 1.0 and 1.1: `POST /`, the operation in `X-Amz-Target`, timestamps as seconds since the epoch, the code of an error in `__type`
 * and in a header.
 */
export function jsonRpc({
  targetPrefix,
  version,
}: {
  readonly targetPrefix: string;
  readonly version: "1.0" | "1.1";
}): WireProtocol {
  const contentType = `application/x-amz-json-${version}`;
  const headersFor = (requestId: string): Record<string, string> => ({
    "content-type": contentType,
    "x-amzn-requestid": requestId,
  });
  return {
    name: `json-${version}`,
    authenticationErrors: "rpc",
    match({ method, headers, body }) {
      const [prefix, operation] = (headers["x-amz-target"] ?? "").split(".");
      if (method !== "POST" || prefix !== targetPrefix || operation === undefined) return undefined;
      return {
        operation,
        read() {
          if (headers["content-type"] !== contentType)
            throw new AwsServiceError("UnknownOperationException", `Expected the content type ${contentType}.`);
          return parseJson(body);
        },
      };
    },
    write: (_, output, requestId) => ({
      status: 200,
      headers: headersFor(requestId),
      body: Buffer.from(JSON.stringify(jsonValue(output))),
    }),
    writeError: (error, requestId) => ({
      status: error.status,
      headers: { ...headersFor(requestId), "x-amzn-errortype": `${error.code}:`, ...error.headers },
      body: Buffer.from(
        JSON.stringify(
          jsonValue({ __type: error.code, Message: error.message, message: error.message, ...error.members }),
        ),
      ),
    }),
  };
}
