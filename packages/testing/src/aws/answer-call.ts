import { randomUUID } from "node:crypto";
import type { AwsClock } from "./aws-clock.ts";
import { AwsServiceError } from "./aws-error.ts";
import type { AwsFault, Faults } from "./faults.ts";
import type { ObjectStore } from "./object-store.ts";
import { jsonValue, type RecordedAnswer } from "./recorder.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import type { AwsService } from "./service.ts";
import { readInput } from "./shape.ts";
import { type AwsCredentials, authenticationError, verifySignature } from "./signature.ts";
import type { WireAnswer, WireCall, WireProtocol, WireRequest } from "./wire.ts";

/** Everything that one fake holds. */
export interface FakeAwsState {
  readonly region: string;
  readonly accountId: string;
  readonly credentials: AwsCredentials;
  readonly clock: AwsClock;
  readonly objects: ObjectStore;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly services: readonly AwsService[];
  readonly keepInputs: boolean;
  readonly record: ((answer: RecordedAnswer) => void) | undefined;
}

/** What is to be sent: an answer, a part of it before the connection breaks, or nothing but the break. */
export type CallAnswer =
  | { readonly kind: "answer"; readonly wire: WireAnswer; readonly truncateAt?: number }
  | { readonly kind: "break" };

interface Found {
  readonly service: AwsService;
  readonly protocol: WireProtocol;
  readonly call: WireCall;
}

function find(services: readonly AwsService[], request: WireRequest): Found | undefined {
  for (const service of services)
    for (const protocol of service.protocols) {
      const call = protocol.match(request);
      if (call !== undefined) return { service, protocol, call };
    }
  return undefined;
}

const THROTTLED_STATUS = { rpc: 400, rest: 429, s3: 503 };

function errorOfFault(fault: AwsFault | undefined, protocol: WireProtocol): AwsServiceError | undefined {
  switch (fault?.kind) {
    case "throttle": {
      const { authenticationErrors: family } = protocol;
      return new AwsServiceError(
        fault.code ?? (family === "s3" ? "SlowDown" : "ThrottlingException"),
        "Rate exceeded",
        {
          status: fault.status ?? THROTTLED_STATUS[family],
          headers: fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) },
        },
      );
    }
    case "error":
      return new AwsServiceError(fault.code, fault.message ?? "", { status: fault.status ?? 500 });
    case "expired-credentials":
      return authenticationError("expiredToken", protocol.authenticationErrors);
    default:
      return undefined;
  }
}

/** Answers one request: its service and operation, its signature, planted faults, limits of the input, the handler. */
export async function answerCall(
  state: FakeAwsState,
  request: WireRequest & { readonly httpVersion: string },
): Promise<CallAnswer> {
  const requestId = randomUUID();
  const at = state.clock.now();
  const found = find(state.services, request);
  if (found === undefined) {
    return {
      kind: "answer",
      wire: {
        status: 404,
        headers: { "x-amzn-requestid": requestId, "x-amzn-errortype": "UnknownOperationException" },
        body: new Uint8Array(),
      },
    };
  }
  const { service, protocol, call } = found;
  const operation = service.operations[call.operation];
  let input: Record<string, unknown> | undefined;
  let fault: AwsFault | undefined;

  const log = (status: number, error?: AwsServiceError): void => {
    const entry: LoggedRequest = {
      requestId,
      service: service.name,
      operation: call.operation,
      protocol: protocol.name,
      status,
      ...(error === undefined ? {} : { errorCode: error.code }),
      at,
      bytes: request.body.length,
      ids: input === undefined ? {} : (operation?.describe?.(input) ?? {}),
      httpVersion: request.httpVersion,
      ...(state.keepInputs && input !== undefined ? { input } : {}),
    };
    state.requests.add(entry);
  };

  let output: Record<string, unknown> | undefined;
  let error: AwsServiceError | undefined;
  try {
    verifySignature(
      request,
      {
        region: state.region,
        service: service.signingName,
        credentials: state.credentials,
        family: protocol.authenticationErrors,
      },
      Date.now(),
    );
    if (operation === undefined)
      throw new AwsServiceError("UnknownOperationException", "The fake does not know this operation.");
    fault = state.faults.next(service.name, call.operation);
    if (fault?.kind === "reset" && fault.when === "before") {
      log(0);
      return { kind: "break" };
    }
    if (fault?.kind === "slow") await state.clock.sleep(fault.ms);
    const planted = errorOfFault(fault, protocol);
    if (planted !== undefined) throw planted;
    input = call.read();
    if (operation.input !== undefined) input = readInput(input, operation.input);
    output = await operation.handle(input, {
      requestId,
      region: state.region,
      accountId: state.accountId,
      clock: state.clock,
      objects: state.objects,
      itemFault:
        fault?.kind === "partial" ? { indexes: fault.indexes, code: fault.code ?? "INTERNAL_SERVER_ERROR" } : undefined,
    });
  } catch (thrown) {
    // Anything else is a mistake of the fake or of the test's finder; it must not look like a service that is busy.
    error =
      thrown instanceof AwsServiceError
        ? thrown
        : new AwsServiceError("FakeAwsFailure", `The fake failed: ${(thrown as Error)?.stack}`, { status: 501 });
  }
  if (fault?.kind === "reset" && fault.when === "after") {
    log(0, error);
    return { kind: "break" };
  }
  const wire =
    error === undefined ? protocol.write(call.operation, output!, requestId) : protocol.writeError(error, requestId);
  log(wire.status, error);
  state.record?.({
    service: service.name,
    operation: call.operation,
    status: wire.status,
    ...(error === undefined ? {} : { errorCode: error.code }),
    body: jsonValue(error === undefined ? output : { Message: error.message, ...error.members }),
  });
  return fault?.kind === "truncate"
    ? { kind: "answer", wire, truncateAt: fault.bytes ?? wire.body.length >> 1 }
    : { kind: "answer", wire };
}
