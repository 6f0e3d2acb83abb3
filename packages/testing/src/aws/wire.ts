import type { AwsServiceError } from "./aws-error.ts";

/** An HTTP request with its whole body. Names of headers are in lower case. */
export interface WireRequest {
  readonly method: string;
  /** As sent, still escaped. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A request that a protocol has recognised as its own. */
export interface WireCall {
  readonly operation: string;
  /** Throws an {@link AwsServiceError} `SerializationException` when the body cannot be read. */
  read(): Record<string, unknown>;
}

/** How names of errors of authentication differ between families of services. */
export type AuthenticationErrors = "rpc" | "rest" | "s3";

/**
 * A wire format of AWS. Inputs and outputs are plain objects with the member names of the service's model; a `Date` is a timestamp and
 * a `Uint8Array` a blob, which each format writes in its own way.
 */
export interface WireProtocol {
  readonly name: string;
  readonly authenticationErrors: AuthenticationErrors;
  /** `undefined` when the request is none of this protocol's. */
  match(request: WireRequest): WireCall | undefined;
  write(operation: string, output: Record<string, unknown>, requestId: string): WireAnswer;
  writeError(error: AwsServiceError, requestId: string): WireAnswer;
}
