import type { AwsServiceError } from "../aws-error.ts";
import { jsonValue } from "../recorder.ts";
import type { WireProtocol, WireRequest } from "../wire.ts";
import { parseJson } from "./json-rpc.ts";

/** Where the members of an operation are on the wire. What is not named is a member of the JSON body. */
export interface RestRoute {
  readonly operation: string;
  readonly method: string;
  /** `{name}` is one segment, `{name+}` the rest of the path; names are those of the members. */
  readonly path: string;
  /** Members of the input by the name of their query parameter. */
  readonly query?: Readonly<Record<string, string>>;
  /** Members of the input by the name of their header, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The member that is the whole body: bytes, not JSON. */
  readonly payload?: string;
  readonly output?: {
    /** @default 200 */
    readonly status?: number;
    /** Headers by member. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly payload?: string;
  };
}

interface CompiledRoute {
  readonly route: RestRoute;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
}

function compile(route: RestRoute): CompiledRoute {
  const labels: string[] = [];
  const pattern = route.path.replace(/\{(\w+)(\+?)\}|[.*+?^$()|[\]\\]/g, (whole, name?: string, greedy?: string) => {
    if (name === undefined) return `\\${whole}`;
    labels.push(name);
    return greedy === "+" ? "(.+)" : "([^/]+)";
  });
  return { route, pattern: new RegExp(`^${pattern}$`), labels };
}

function inputOf({ route, labels }: CompiledRoute, values: readonly string[], request: WireRequest) {
  const input: Record<string, unknown> =
    route.payload === undefined ? parseJson(request.body) : { [route.payload]: new Uint8Array(request.body) };
  labels.forEach((label, index) => {
    input[label] = decodeURIComponent(values[index]!);
  });
  for (const [parameter, member] of Object.entries(route.query ?? {})) {
    const given = request.query.getAll(parameter);
    if (given.length > 0) input[member] = given.length === 1 ? given[0] : given;
  }
  for (const [header, member] of Object.entries(route.headers ?? {}))
    if (request.headers[header] !== undefined) input[member] = request.headers[header];
  return input;
}

/** REST with JSON bodies: the operation is told by method and path, which are given as a table. */
export function restJson(routes: readonly RestRoute[]): WireProtocol {
  const compiled = routes.map(compile);
  const byOperation = new Map(routes.map((route) => [route.operation, route]));
  return {
    name: "rest-json",
    authenticationErrors: "rest",
    match(request) {
      for (const candidate of compiled) {
        if (candidate.route.method !== request.method) continue;
        const match = candidate.pattern.exec(request.path);
        if (match !== null)
          return { operation: candidate.route.operation, read: () => inputOf(candidate, match.slice(1), request) };
      }
      return undefined;
    },
    write(operation, output, requestId) {
      const { status = 200, headers = {}, payload } = byOperation.get(operation)?.output ?? {};
      const rest = { ...output };
      const written: Record<string, string> = { "x-amzn-requestid": requestId, "content-type": "application/json" };
      for (const [member, header] of Object.entries(headers)) {
        if (rest[member] !== undefined) written[header] = String(rest[member]);
        delete rest[member];
      }
      const body = payload === undefined ? Buffer.from(JSON.stringify(jsonValue(rest))) : rest[payload];
      if (!(body instanceof Uint8Array)) throw new Error(`expected bytes as the payload of ${operation}`);
      return { status, headers: written, body };
    },
    writeError: (error: AwsServiceError, requestId) => ({
      status: error.status,
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": requestId,
        "x-amzn-errortype": `${error.code}:http://internal.amazon.com/coral/com.amazon.coral.service/`,
        ...error.headers,
      },
      body: Buffer.from(JSON.stringify(jsonValue({ message: error.message, ...error.members }))),
    }),
  };
}
