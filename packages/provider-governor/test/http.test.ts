import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expectError } from "@groundwork/testing";
import { afterEach, expect, test } from "vitest";
import { type AttemptContext, createGovernor, type Governor, type GovernorEvent } from "../src/index.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
let governor: Governor;
let events: GovernorEvent[] = [];

/** A real server that gives its answers in order, then 200; asked through `fetch`, in real time. */
async function serve(...answers: readonly Answer[]): Promise<(context: AttemptContext) => Promise<string>> {
  const left = [...answers];
  const started = createServer((request, response) => {
    const answer = left.shift();
    if (answer === undefined) response.end("served");
    else answer(request, response);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const { port } = started.address() as AddressInfo;
  events = [];
  governor = createGovernor({ retry: { baseMs: 5 }, attemptTimeoutMs: 300, onEvent: (event) => events.push(event) });
  return async ({ signal, report }) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal });
    if (!response.ok) throw response;
    report({ headers: response.headers });
    return response.text();
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers);
    response.end();
  };

afterEach(async () => {
  await governor.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

const outcomes = (): string[] =>
  events.flatMap((event) => (event.type === "attempt" ? [`${event.outcome} ${event.code ?? ""}`.trim()] : []));

test("what fetch gives and throws is understood", async () => {
  const ask = await serve(
    status(429, { "retry-after-ms": "30" }),
    status(503),
    (request) => request.socket.destroy(),
    (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("cut off");
      setTimeout(() => response.destroy(), 10);
    },
    () => {},
    status(503, { "retry-after": "0" }),
  );
  expect(await governor.run({}, ask)).toBe("served");
  expect(outcomes()).toEqual([
    "throttled THROTTLED",
    "failed UNAVAILABLE",
    "failed UNAVAILABLE",
    "failed UNAVAILABLE",
    "failed TIMED_OUT",
    "throttled THROTTLED",
    "succeeded",
  ]);
  const pause = events.find((event) => event.type === "pause");
  expect(pause).toMatchObject({ reason: "retry-after" });
});

test("a server that is not there is transient, a refusal is not", async () => {
  const ask = await serve(status(401));
  await expectError(() => governor.run({}, ask), "UNAUTHENTICATED");
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  await expectError(() => governor.run({}, ask, { deadlineMs: 200 }), "TIMED_OUT");
  expect(outcomes().filter((outcome) => outcome === "failed UNAVAILABLE").length).toBeGreaterThan(1);
});

test("an abort ends a request that is on the wire", async () => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const arrived = Promise.withResolvers<void>();
  const ask = await serve((request) => {
    request.socket.on("close", () => closed?.());
    arrived.resolve();
  });
  const stop = new AbortController();
  const call = governor.run({}, ask, { signal: stop.signal });
  await arrived.promise;
  stop.abort();
  await expectError(() => call, "ABORTED");
  await gone;
});
