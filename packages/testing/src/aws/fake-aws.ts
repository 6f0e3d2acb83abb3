import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { answerCall, type CallAnswer, type FakeAwsState } from "./answer-call.ts";
import { type AwsClock, realClock } from "./aws-clock.ts";
import { Faults } from "./faults.ts";
import { ObjectStore } from "./object-store.ts";
import { fileRecorder, type RecordedAnswer } from "./recorder.ts";
import { RequestLog } from "./request-log.ts";
import type { AwsService } from "./service.ts";
import { type BedrockOptions, bedrockRuntimeService } from "./services/bedrock-runtime/bedrock-runtime-service.ts";
import { type ComprehendOptions, comprehendService } from "./services/comprehend/comprehend-service.ts";
import { type KmsOptions, kmsService } from "./services/kms/kms-service.ts";
import { s3Service } from "./services/s3/s3-service.ts";
import { type TextractOptions, textractService } from "./services/textract/textract-service.ts";
import type { AwsCredentials } from "./signature.ts";

export interface FakeAwsOptions {
  /** @default "eu-west-1" */
  readonly region?: string;
  /** @default "123456789012" */
  readonly accountId?: string;
  /** The only ones that are accepted. @default a pair made for this fake */
  readonly credentials?: AwsCredentials;
  /** The time of jobs, rates and slow answers. @default real time */
  readonly clock?: AwsClock;
  readonly bedrock?: BedrockOptions;
  readonly comprehend?: ComprehendOptions;
  readonly textract?: TextractOptions;
  readonly kms?: KmsOptions;
  /** Services beside those of the fake. */
  readonly services?: readonly AwsService[];
  /** Keeps the inputs of requests in the log. @default false */
  readonly keepInputs?: boolean;
  /** Gets every answer: a function, or a file for JSON lines. @default the file that `GROUNDWORK_AWS_RECORD` names, if any */
  readonly record?: string | ((answer: RecordedAnswer) => void);
}

export interface FakeAws {
  /** `http://127.0.0.1:PORT`, HTTP/1.1 and HTTP/2 without TLS on the same port. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly credentials: AwsCredentials;
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** What it answers for. */
  readonly services: readonly AwsService[];
  /** The objects of the fake's S3. */
  readonly objects: ObjectStore;
  /** Breaks what is open. Closing twice is allowed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The first bytes of HTTP/2 without TLS. */
const HTTP2_PREFACE = "PRI ";

async function bodyOf(request: IncomingMessage | Http2ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage | Http2ServerRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : value;
  return headers;
}

function breakConnection(response: ServerResponse | Http2ServerResponse): void {
  if ("stream" in response) response.stream.session?.destroy();
  else response.socket?.resetAndDestroy();
}

/**
 * A server on the loopback interface that answers clients of AWS SDKs as the services do: wire formats, signatures, limits, errors, states of
 * jobs, pages. What it finds in a text is given by the test. It throws on start-up only when there is no port.
 */
export async function fakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const clock = options.clock ?? realClock;
  const recordTo = options.record ?? process.env.GROUNDWORK_AWS_RECORD;
  const objects = new ObjectStore(() => clock.now());
  const state: FakeAwsState = {
    region: options.region ?? "eu-west-1",
    accountId: options.accountId ?? "123456789012",
    credentials: options.credentials ?? {
      accessKeyId: `AKIA${randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase()}`,
      secretAccessKey: randomUUID(),
    },
    clock,
    objects,
    faults: new Faults(clock),
    requests: new RequestLog(),
    services: [
      ...(options.services ?? []),
      bedrockRuntimeService(options.bedrock),
      comprehendService(options.comprehend),
      textractService(options.textract),
      kmsService(options.kms),
      // Last: every path that is nobody else's is a bucket's.
      s3Service(),
    ],
    keepInputs: options.keepInputs ?? false,
    record: typeof recordTo === "string" && recordTo !== "" ? fileRecorder(recordTo) : asFunction(recordTo),
  };
  let open = 0;

  async function respond(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> {
    open++;
    state.requests.mostParallel = Math.max(state.requests.mostParallel, open);
    try {
      const url = new URL(request.url ?? "/", "http://localhost");
      const answer = await answerCall(state, {
        method: request.method ?? "GET",
        path: (request.url ?? "/").split("?")[0]!,
        query: url.searchParams,
        headers: headersOf(request),
        body: await bodyOf(request),
        httpVersion: request.httpVersion,
      });
      send(response, answer, request.httpVersion === "2.0");
    } catch {
      // The caller has gone away.
      breakConnection(response);
    } finally {
      open--;
    }
  }

  const http = createHttpServer((request, response) => void respond(request, response));
  const http2 = createHttp2Server((request, response) => void respond(request, response));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    // Looked at without taking it: the server that gets the socket reads it from the start.
    const hand = (): void => {
      const first = socket.read() as Buffer | null;
      if (first === null) {
        socket.once("readable", hand);
        return;
      }
      socket.unshift(first);
      const isHttp2 = first.toString("latin1", 0, HTTP2_PREFACE.length) === HTTP2_PREFACE;
      (isHttp2 ? http2 : http).emit("connection", socket);
    };
    socket.once("readable", hand);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  };
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: state.region,
    accountId: state.accountId,
    credentials: state.credentials,
    requests: state.requests,
    faults: state.faults,
    services: state.services,
    objects,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function asFunction(record: FakeAwsOptions["record"]): ((answer: RecordedAnswer) => void) | undefined {
  return typeof record === "function" ? record : undefined;
}

function send(response: ServerResponse | Http2ServerResponse, answer: CallAnswer, isHttp2: boolean): void {
  if (answer.kind === "break") {
    breakConnection(response);
    return;
  }
  const { status, headers, body } = answer.wire;
  response.statusCode = status;
  for (const [name, value] of Object.entries({ "content-length": String(body.length), ...headers }))
    response.setHeader(name, value);
  const end = response.end.bind(response) as (chunk?: Uint8Array) => void;
  if (answer.truncateAt === undefined) {
    end(body);
    return;
  }
  const part = body.subarray(0, answer.truncateAt);
  const write = response.write.bind(response) as (chunk: Uint8Array, done: () => void) => void;
  // An empty part still sends the headers.
  if (part.length === 0) {
    if (!isHttp2) (response as ServerResponse).flushHeaders();
    setImmediate(() => breakConnection(response));
  } else write(part, () => setImmediate(() => breakConnection(response)));
}
