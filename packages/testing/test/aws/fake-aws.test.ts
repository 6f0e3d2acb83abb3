import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComprehendClient, DetectPiiEntitiesCommand } from "@aws-sdk/client-comprehend";
import {
  type FakeAws,
  fakeAws,
  jsonRpc,
  manualClock,
  type RecordedAnswer,
  restJson,
  rpcV2Cbor,
  shape,
  signatureOf,
} from "@groundwork/testing/aws";
import { NodeHttp2Handler } from "@smithy/node-http-handler";
import { decode, encode, Token, Type } from "cborg";
import { describe, expect, test, vi } from "vitest";
import { comprehendClient } from "./clients.ts";

const TEXT = "😀 Write to ana@example.com.";
const detect = new DetectPiiEntitiesCommand({ Text: TEXT, LanguageCode: "en" });

/** Name and status of what a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<[string, number | undefined]> {
  const error = await call.then(
    () => expect.unreachable("expected a refusal"),
    (thrown: Error & { $metadata?: { httpStatusCode?: number } }) => thrown,
  );
  return [error.name, error.$metadata?.httpStatusCode];
}

/** A request by hand, so that any part of it can be wrong. */
async function send(
  aws: FakeAws,
  change: (headers: Record<string, string>, sign: (headers: Record<string, string>) => string) => void = () => {},
): Promise<{ readonly status: number; readonly type: string | undefined; readonly requestId: string | null }> {
  const body = Buffer.from(JSON.stringify({ Text: TEXT, LanguageCode: "en" }));
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    host: new URL(aws.endpoint).host,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-date": date,
    "x-amz-target": "Comprehend_20171127.DetectPiiEntities",
  };
  const sign = (current: Record<string, string>): string => {
    const signedHeaders = Object.keys(current).sort();
    const signature = signatureOf(
      { method: "POST", path: "/", query: new URLSearchParams(), headers: current, body },
      {
        date: current["x-amz-date"]!,
        region: aws.region,
        service: "comprehend",
        secretAccessKey: aws.credentials.secretAccessKey,
        signedHeaders,
      },
    );
    const scope = `${aws.credentials.accessKeyId}/${current["x-amz-date"]!.slice(0, 8)}/${aws.region}/comprehend/aws4_request`;
    return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  };
  headers.authorization = sign(headers);
  change(headers, (current) => {
    const { authorization: _, ...rest } = current;
    return sign(rest);
  });
  const { host: _, ...sent } = headers;
  const response = await fetch(aws.endpoint, { method: "POST", headers: sent, body });
  const answer = (await response.json()) as { __type?: string };
  return { status: response.status, type: answer.__type, requestId: response.headers.get("x-amzn-requestid") };
}

describe("signatures", () => {
  test("a right one is taken, from the SDK and by hand; offsets are code points", async () => {
    await using aws = await fakeAws();
    const answer = await comprehendClient(aws).send(detect);
    const [entity] = answer.Entities!;
    expect([...TEXT].slice(entity!.BeginOffset, entity!.EndOffset).join("")).toBe("ana@example.com");
    expect(entity!.Type).toBe("EMAIL");
    expect((await send(aws)).status).toBe(200);
  });

  test.each<[string, (aws: FakeAws) => ConstructorParameters<typeof ComprehendClient>[0], string]>([
    [
      "a wrong secret",
      (aws) => ({ credentials: { ...aws.credentials, secretAccessKey: "other" } }),
      "InvalidSignatureException",
    ],
    [
      "an unknown key",
      (aws) => ({ credentials: { ...aws.credentials, accessKeyId: "AKIAOTHER" } }),
      "UnrecognizedClientException",
    ],
    [
      "a session that is not this one's",
      (aws) => ({ credentials: { ...aws.credentials, sessionToken: "old" } }),
      "UnrecognizedClientException",
    ],
    ["another region", () => ({ region: "us-east-1" }), "InvalidSignatureException"],
    ["a clock that is wrong", () => ({ systemClockOffset: -30 * 60_000 }), "InvalidSignatureException"],
  ])("%s is refused", async (_, config, code) => {
    await using aws = await fakeAws();
    const { endpoint, region, credentials } = aws;
    const client = new ComprehendClient({ endpoint, region, credentials, maxAttempts: 1, ...config(aws) });
    expect(await refusal(client.send(detect))).toEqual([code, 400]);
    expect(aws.requests.of("DetectPiiEntities")[0]).toMatchObject({ status: 400, errorCode: code });
  });

  test.each<[string, Parameters<typeof send>[1], string]>([
    ["no authorization", (headers) => void delete headers.authorization, "MissingAuthenticationTokenException"],
    ["no date", (headers) => void delete headers["x-amz-date"], "IncompleteSignatureException"],
    [
      "an expired date",
      (headers, sign) => {
        headers["x-amz-date"] = "20200101T000000Z";
        headers.authorization = sign(headers);
      },
      "InvalidSignatureException",
    ],
    [
      "a header changed after signing",
      (headers) => {
        headers["content-type"] = "application/x-amz-json-1.0";
      },
      "InvalidSignatureException",
    ],
    [
      "a target that is not signed",
      (headers, sign) => {
        const { "x-amz-target": _, ...rest } = headers;
        headers.authorization = sign(rest);
      },
      "InvalidSignatureException",
    ],
  ])("%s is refused", async (_, change, code) => {
    await using aws = await fakeAws();
    const answer = await send(aws, change);
    expect([answer.status, answer.type]).toEqual([400, code]);
    expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a session token is signed and taken", async () => {
    const credentials = { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t/+=" };
    await using aws = await fakeAws({ credentials });
    expect((await comprehendClient(aws).send(detect)).Entities).toHaveLength(1);
  });
});

describe("faults", () => {
  test.each<[string, Parameters<FakeAws["faults"]["plant"]>[0]["fault"], string]>([
    ["throttling", { kind: "throttle" }, "ThrottlingException"],
    [
      "another throttling",
      { kind: "throttle", code: "TooManyRequestsException", status: 429 },
      "TooManyRequestsException",
    ],
    ["a failure of the service", { kind: "error", code: "InternalServerException" }, "InternalServerException"],
    ["credentials that ran out", { kind: "expired-credentials" }, "ExpiredTokenException"],
  ])("%s hits one request, then all is well", async (_, fault, code) => {
    await using aws = await fakeAws();
    const client = comprehendClient(aws);
    aws.faults.plant({ operation: "DetectPiiEntities", skip: 1, fault });
    await client.send(detect);
    expect((await refusal(client.send(detect)))[0]).toBe(code);
    await client.send(detect);
    expect(aws.requests.of().map(({ errorCode }) => errorCode)).toEqual([undefined, code, undefined]);
  });

  test.each([{ kind: "reset", when: "before" } as const, { kind: "reset", when: "after" } as const])(
    "a connection breaks $when it is served",
    async (fault) => {
      let served = 0;
      await using aws = await fakeAws({
        comprehend: {
          detect: () => {
            served++;
            return [];
          },
        },
      });
      aws.faults.plant({ fault });
      const error = await comprehendClient(aws)
        .send(detect)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ECONNRESET" });
      expect(served).toBe(fault.when === "after" ? 1 : 0);
      expect(aws.requests.of()[0]!.status).toBe(0);
    },
  );

  test.each([undefined, 0, 10])("an answer is cut off (%s bytes)", async (bytes) => {
    await using aws = await fakeAws();
    aws.faults.plant({ fault: { kind: "truncate", ...(bytes === undefined ? {} : { bytes }) } });
    await expect(comprehendClient(aws).send(detect)).rejects.toThrow();
    expect((await comprehendClient(aws).send(detect)).Entities).toHaveLength(1);
  });

  test("the SDK's own retries see what it would see", async () => {
    await using aws = await fakeAws();
    aws.faults.plant({ times: 2, fault: { kind: "throttle" } });
    const answer = await comprehendClient(aws, { maxAttempts: 3 }).send(detect);
    expect(answer.$metadata.attempts).toBe(3);
  });

  test("a slow answer waits for the test's clock", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    aws.faults.plant({ fault: { kind: "slow", ms: 60_000 } });
    let answered = false;
    const call = comprehendClient(aws)
      .send(detect)
      .then(() => {
        answered = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    clock.advance(60_000);
    await call;
    expect(answered).toBe(true);
  });

  test("a rate lets a burst pass, throttles what is beyond it, and refills with time", async () => {
    const clock = manualClock();
    await using aws = await fakeAws({ clock });
    aws.faults.limitRate({ perSecond: 2, burst: 3 });
    const client = comprehendClient(aws);
    const outcome = async (): Promise<boolean> =>
      client.send(detect).then(
        () => true,
        () => false,
      );
    expect([await outcome(), await outcome(), await outcome(), await outcome()]).toEqual([true, true, true, false]);
    clock.advance(500);
    expect([await outcome(), await outcome()]).toEqual([true, false]);
  });
});

describe("protocols", () => {
  test("HTTP/2 without TLS is spoken on the same port", async () => {
    await using aws = await fakeAws();
    const client = comprehendClient(aws, { requestHandler: new NodeHttp2Handler() });
    expect((await client.send(detect)).Entities).toHaveLength(1);
    await comprehendClient(aws).send(detect);
    expect(aws.requests.of().map(({ httpVersion }) => httpVersion)).toEqual(["2.0", "1.1"]);
    aws.faults.plant({ fault: { kind: "reset", when: "before" } });
    await expect(client.send(detect)).rejects.toThrow();
    aws.faults.plant({ fault: { kind: "truncate" } });
    await expect(client.send(detect)).rejects.toThrow();
    expect((await client.send(detect)).Entities).toHaveLength(1);
    client.destroy();
  });

  test("REST with JSON: paths, queries, headers and payloads by a table", async () => {
    const inputs: unknown[] = [];
    await using aws = await fakeAws({
      services: [
        {
          name: "sample",
          signingName: "comprehend",
          protocols: [
            restJson([
              {
                operation: "Invoke",
                method: "POST",
                path: "/model/{modelId}/invoke",
                payload: "body",
                headers: { "x-trace": "trace" },
                output: { headers: { contentType: "content-type" }, payload: "body" },
              },
              {
                operation: "Get",
                method: "GET",
                path: "/files/{key+}",
                query: { page: "page" },
                output: { status: 202 },
              },
            ]),
          ],
          operations: {
            Invoke: {
              handle(input) {
                inputs.push(input);
                return { contentType: "text/plain", body: Buffer.from("bytes") };
              },
            },
            Get: {
              handle(input) {
                inputs.push(input);
                return { at: new Date(1000) };
              },
            },
          },
        },
      ],
    });
    const call = async (method: string, path: string, body = ""): Promise<Response> => {
      const url = new URL(path, aws.endpoint);
      const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
      const headers: Record<string, string> = { host: url.host, "x-amz-date": date, "x-trace": "t" };
      const signedHeaders = Object.keys(headers).sort();
      const signature = signatureOf(
        { method, path: url.pathname, query: url.searchParams, headers, body: Buffer.from(body) },
        {
          date,
          region: aws.region,
          service: "comprehend",
          secretAccessKey: aws.credentials.secretAccessKey,
          signedHeaders,
        },
      );
      const { host: _, ...sent } = headers;
      return fetch(url, {
        method,
        ...(body === "" ? {} : { body }),
        headers: {
          ...sent,
          authorization: `AWS4-HMAC-SHA256 Credential=${aws.credentials.accessKeyId}/${date.slice(0, 8)}/${aws.region}/comprehend/aws4_request, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
        },
      });
    };
    const invoked = await call("POST", "/model/a.b%3A1/invoke", "raw");
    expect([invoked.status, invoked.headers.get("content-type"), await invoked.text()]).toEqual([
      200,
      "text/plain",
      "bytes",
    ]);
    const got = await call("GET", "/files/a/b%20c?page=2");
    expect([got.status, await got.json()]).toEqual([202, { at: 1 }]);
    expect(inputs).toEqual([
      { modelId: "a.b:1", body: new Uint8Array(Buffer.from("raw")), trace: "t" },
      { key: "a/b c", page: "2" },
    ]);
  });

  test("bytes and times of an input are the same from JSON and from CBOR", async () => {
    const inputs: unknown[] = [];
    await using aws = await fakeAws({
      services: [
        {
          name: "sample",
          signingName: "comprehend",
          protocols: [jsonRpc({ targetPrefix: "Sample", version: "1.1" }), rpcV2Cbor({ service: "Sample" })],
          operations: {
            Do: {
              input: shape.structure({ Bytes: shape.blob, Times: shape.list(shape.timestamp), Name: shape.string() }),
              handle(input) {
                inputs.push(input);
                return { at: new Date(1500) };
              },
            },
          },
        },
      ],
    });
    const call = async (path: string, headers: Record<string, string>, body: Uint8Array): Promise<Buffer> => {
      const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
      const signed: Record<string, string> = { ...headers, host: new URL(aws.endpoint).host, "x-amz-date": date };
      const signedHeaders = Object.keys(signed).sort();
      const signature = signatureOf(
        { method: "POST", path, query: new URLSearchParams(), headers: signed, body: Buffer.from(body) },
        {
          date,
          region: aws.region,
          service: "comprehend",
          secretAccessKey: aws.credentials.secretAccessKey,
          signedHeaders,
        },
      );
      const { host: _, ...sent } = signed;
      const scope = `${aws.credentials.accessKeyId}/${date.slice(0, 8)}/${aws.region}/comprehend/aws4_request`;
      const response = await fetch(aws.endpoint + path, {
        method: "POST",
        body: Buffer.from(body),
        headers: {
          ...sent,
          authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
        },
      });
      return Buffer.from(await response.arrayBuffer());
    };
    const json = { Bytes: Buffer.from("bytes").toString("base64"), Times: [1.5], Name: "n" };
    const fromJson = await call(
      "/",
      { "content-type": "application/x-amz-json-1.1", "x-amz-target": "Sample.Do" },
      Buffer.from(JSON.stringify(json)),
    );
    expect(JSON.parse(fromJson.toString())).toEqual({ at: 1.5 });
    const cbor = encode(
      { Bytes: new Uint8Array(Buffer.from("bytes")), Times: [new Date(1500)], Name: "n" },
      {
        typeEncoders: {
          Date: (at: unknown) => [new Token(Type.tag, 1), new Token(Type.float, (at as Date).getTime() / 1000)],
        },
      },
    );
    const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
    const fromCbor = await call("/service/Sample/operation/Do", headers, cbor);
    expect(decode(fromCbor, { tags: { 1: (value: () => unknown) => new Date(Number(value()) * 1000) } })).toEqual({
      at: new Date(1500),
    });
    const expected = { Bytes: new Uint8Array(Buffer.from("bytes")), Times: [new Date(1500)], Name: "n" };
    expect(inputs).toEqual([expected, expected]);
  });

  test("a path of no service, an operation that the fake lacks", async () => {
    await using aws = await fakeAws({
      services: [
        {
          name: "empty",
          signingName: "comprehend",
          protocols: [jsonRpc({ targetPrefix: "Empty", version: "1.0" })],
          operations: {},
        },
      ],
    });
    const response = await fetch(aws.endpoint, { method: "POST", headers: { "x-amz-target": "Nobody.Nothing" } });
    expect(response.status).toBe(404);
    const answer = await send(aws, (headers, sign) => {
      headers["x-amz-target"] = "Empty.Thing";
      headers["content-type"] = "application/x-amz-json-1.0";
      headers.authorization = sign(headers);
    });
    expect(answer.type).toBe("UnknownOperationException");
  });
});

describe("the log and the records", () => {
  test("the log tells sizes and no content, the record holds the answer", async () => {
    const answers: RecordedAnswer[] = [];
    await using aws = await fakeAws({ record: (answer) => answers.push(answer) });
    await comprehendClient(aws).send(detect);
    const entry = aws.requests.of()[0]!;
    expect(entry).toMatchObject({ service: "comprehend", status: 200, protocol: "json-1.1", ids: { language: "en" } });
    expect(JSON.stringify(entry)).not.toContain("ana@");
    expect(answers).toEqual([
      {
        service: "comprehend",
        operation: "DetectPiiEntities",
        status: 200,
        body: { Entities: [{ Score: Math.fround(0.999), BeginOffset: 11, EndOffset: 26, Type: "EMAIL" }] },
      },
    ]);
  });

  test("the record goes to the file that the environment names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "groundwork-aws-"));
    const file = join(folder, "answers.jsonl");
    vi.stubEnv("GROUNDWORK_AWS_RECORD", file);
    try {
      await using aws = await fakeAws();
      await comprehendClient(aws).send(detect);
      aws.faults.plant({ fault: { kind: "throttle" } });
      await refusal(comprehendClient(aws).send(detect));
      const lines = readFileSync(file, "utf8").trim().split("\n");
      expect(lines.map((line) => JSON.parse(line).errorCode)).toEqual([undefined, "ThrottlingException"]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });

  test("inputs are kept when asked for", async () => {
    await using aws = await fakeAws({ keepInputs: true });
    await comprehendClient(aws).send(detect);
    expect(aws.requests.of()[0]!.input).toEqual({ Text: TEXT, LanguageCode: "en" });
  });

  test("a mistake of the test's finder does not look like a busy service", async () => {
    await using aws = await fakeAws({
      comprehend: {
        detect: () => {
          throw new Error("planted");
        },
      },
    });
    expect(await refusal(comprehendClient(aws).send(detect))).toEqual(["FakeAwsFailure", 501]);
  });

  test("closing twice is allowed and frees the port", async () => {
    const aws = await fakeAws();
    await aws.close();
    await aws.close();
    await expect(fetch(aws.endpoint)).rejects.toThrow();
  });
});
