import { S3Client } from "@aws-sdk/client-s3";
import { GroundworkError, type Source, type SourceObject } from "@groundwork/contracts";
import { expectError, readListing, type SourceFixture, sourceCases } from "@groundwork/testing";
import { type FakeAws, fakeAws } from "@groundwork/testing/aws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { S3_ERRORS, s3Source } from "../src/index.ts";
import { s3Error } from "../src/s3-errors.ts";
import type { S3SourceOptions } from "../src/s3-source-options.ts";

const BUCKET = "policies";

let aws: FakeAws;
beforeEach(async () => {
  aws = await fakeAws();
  aws.objects.makeBucket(BUCKET);
});
afterEach(() => aws.close());

function sourceOf(server: FakeAws, options: Partial<S3SourceOptions> = {}): Source {
  const { endpoint, region, credentials } = server;
  return s3Source({ bucket: BUCKET, endpoint, region, credentials, ...options });
}
const put = (key: string, text: string, metadata = {}): void =>
  void aws.objects.put(BUCKET, key, Buffer.from(text), { metadata });
const keysOf = async (source: Source): Promise<string[]> => (await readListing(source)).objects.map(({ key }) => key);
const textOf = async (source: Source, object: SourceObject): Promise<string> =>
  Buffer.from(await (await source.open(object)).bytes()).toString();

describe("the suite", () => {
  const create = async (): Promise<SourceFixture> => {
    const server = await fakeAws();
    server.objects.makeBucket(BUCKET);
    const source = sourceOf(server, { prefix: "corpus/", pageSize: 4 });
    return {
      source,
      put: async (key, bytes) => void server.objects.put(BUCKET, `corpus/${key}`, bytes),
      remove: async (key) => void server.objects.delete(BUCKET, `corpus/${key}`),
      vanish: async () => server.objects.removeBucket(BUCKET),
      breakListing: async () =>
        void server.faults.plant({
          operation: "ListObjectsV2",
          skip: 1,
          times: 100,
          fault: { kind: "error", code: "InternalError", status: 500 },
        }),
      dispose: () => server.close(),
    };
  };
  const lacks = {
    hide: "S3 lists what it does not let one read; that shows when it is opened",
    watch: "changes come from S3's events, not from the bucket",
  };
  for (const { name, run } of sourceCases({ create, lacks })) test(name, run);
});

describe("sidecars", () => {
  const sidecar = (members: object): string => JSON.stringify({ metadataAttributes: members });

  test("are attributes and permissions of their object, never documents, whatever is listed between the two", async () => {
    put("a.pdf", "x");
    put("a.pdf-1", "between");
    put("a.pdf.metadata.json", sidecar({ year: 2026, _allow: ["group:hr"], _deny: ["user:bob"] }));
    put("b.pdf", "x");
    put("orphan.pdf.metadata.json", sidecar({ year: 1 }));
    const source = sourceOf(aws, { pageSize: 1 });
    const { objects } = await readListing(source);
    expect(objects.map(({ key, attributes, permissions }) => [key, attributes, permissions])).toEqual([
      ["a.pdf", { year: 2026 }, { allow: ["group:hr"], deny: ["user:bob"] }],
      ["a.pdf-1", undefined, undefined],
      ["b.pdf", undefined, undefined],
    ]);
    expect(source.carriesPermissions).toBe(true);
    expect(await keysOf(sourceOf(aws, { sidecars: false }))).toHaveLength(5);
  });

  test("that nobody understands let nobody read", async () => {
    put("a.pdf", "x");
    put("a.pdf.metadata.json", "{");
    put("b.pdf", "x");
    put("b.pdf.metadata.json", `${" ".repeat(70_000)}{}`);
    const { objects } = await readListing(sourceOf(aws));
    expect(objects.map(({ permissions }) => permissions)).toEqual([{ allow: [] }, { allow: [] }]);
  });

  test("are read once for each etag", async () => {
    put("a.pdf", "x");
    put("a.pdf.metadata.json", sidecar({ year: 2026 }));
    const source = sourceOf(aws);
    await readListing(source);
    await readListing(source);
    expect(aws.requests.of("GetObject")).toHaveLength(1);
    put("a.pdf.metadata.json", sidecar({ year: 2027 }));
    expect((await readListing(source)).objects[0]!.attributes).toEqual({ year: 2027 });
  });

  test("of an object with more than a thousand others behind it are looked up", async () => {
    put("a", "x");
    for (let index = 0; index < 1_100; index++) put(`a-${String(index).padStart(5, "0")}`, "x");
    put("a.metadata.json", sidecar({ year: 2026 }));
    const { objects } = await readListing(sourceOf(aws));
    expect(objects).toHaveLength(1_101);
    expect(objects[0]).toMatchObject({ key: "a", attributes: { year: 2026 } });
  });
});

describe("objects", () => {
  test("a listing that breaks off after a page says so; one that does not begin is an error", async () => {
    for (let index = 0; index < 9; index++) put(`${index}.md`, "x");
    const source = sourceOf(aws, { pageSize: 3 });
    aws.faults.plant({
      operation: "ListObjectsV2",
      skip: 1,
      times: 4,
      fault: { kind: "error", code: "InternalError" },
    });
    const { objects, end } = await readListing(source);
    // The third still waited for its sidecar.
    expect(objects).toHaveLength(2);
    expect(end).toEqual({ complete: false, reason: "The listing broke off after 2 objects (SOURCE_UNAVAILABLE)." });
    aws.faults.plant({ operation: "ListObjectsV2", times: 4, fault: { kind: "error", code: "SlowDown", status: 503 } });
    const error = await expectError(() => readListing(source), "THROTTLED");
    expect(error.retryable).toBe(true);
  });

  test("metadata is asked for, and joined by the sidecar; the caller's permissions win", async () => {
    put("a.pdf", "x", { department: "finance", year: "2025" });
    put("a.pdf.metadata.json", JSON.stringify({ metadataAttributes: { year: 2026, _allow: ["group:hr"] } }));
    const permissions = ({ attributes }: { attributes: object }) => ({
      allow: [`group:${(attributes as { department: string }).department}`],
    });
    const { objects } = await readListing(sourceOf(aws, { metadata: true, permissions }));
    expect(objects[0]).toMatchObject({
      attributes: { department: "finance", year: 2026 },
      permissions: { allow: ["group:finance"] },
    });
  });

  test("folders of the console, keys that lead nowhere and what is excluded are left out", async () => {
    for (const key of ["a/", "a//b.md", "a/b.md", "tmp/x/y.md", "x.tmp", "deep/er/x.tmp", "keep/a[1].md"])
      put(key, key === "a/" ? "" : "x");
    const skipped: string[] = [];
    const source = sourceOf(aws, {
      exclude: ["tmp/", "**/*.tmp"],
      onSkip: ({ key, reason }) => skipped.push(`${reason} ${key}`),
    });
    expect(await keysOf(source)).toEqual(["a/b.md", "keep/a[1].md"]);
    expect(skipped).toEqual(["key a//b.md"]);
  });

  test("only what is under the prefix is listed, and nothing else is opened", async () => {
    put("corpus/a.md", "inside");
    put("secret.md", "outside");
    const source = sourceOf(aws, { prefix: "corpus/" });
    const { objects } = await readListing(source);
    expect(objects.map(({ key, uri }) => [key, uri])).toEqual([["a.md", "s3://policies/corpus/a.md"]]);
    expect(await textOf(source, objects[0]!)).toBe("inside");
    await expectError(() => source.open({ key: "secret.md", uri: "s3://policies/secret.md" }), "INVALID_ARGUMENT");
    await expectError(() => source.open({ key: "a.md", uri: "s3://policies/%E0%A4%A" }), "INVALID_ARGUMENT");
  });

  test("keys in every Unicode form come in their places; where they cannot, the listing says what to do", async () => {
    // Decomposed Greek letters belong before their bases.
    for (const key of ["αz.md", "\u03B1\u0301.md", "β.md", "\uFF21.md", "\u{1F600}.md", "e\u0301.md"]) put(key, key);
    const expected = ["αz.md", "ά.md", "β.md", "\uFF21.md", "\u{1F600}.md", "é.md"].map((key) => key.normalize("NFC"));
    const error = await expectError(() => keysOf(sourceOf(aws)), "SOURCE_INCOMPLETE");
    expect(error.message).toContain("decomposedKeys");
    const source = sourceOf(aws, { decomposedKeys: true, pageSize: 2 });
    const { objects } = await readListing(source);
    expect(objects.map(({ key }) => key)).toEqual(expected.sort((a, b) => (a < b ? -1 : 1)));
    for (const object of objects) expect((await textOf(source, object)).normalize("NFC")).toBe(object.key);
  });

  test("of two keys that are one in NFC the first is taken, and told", async () => {
    put("e\u0301.md", "decomposed");
    put("\u00E9.md", "composed");
    const skipped: string[] = [];
    const source = sourceOf(aws, { onSkip: ({ key, reason }) => skipped.push(`${reason} ${key}`) });
    expect(await keysOf(source)).toEqual(["\u00E9.md"]);
    expect(skipped).toEqual(["name-clash \u00E9.md"]);
  });

  test("a small object is one request, under the condition that it has not changed", async () => {
    put("a.md", "text");
    const source = sourceOf(aws);
    const { objects } = await readListing(source);
    await textOf(source, objects[0]!);
    expect(aws.requests.of().map(({ operation }) => operation)).toEqual(["ListObjectsV2", "GetObject"]);
  });

  test.each([[1_000_000], [0]])("a body that breaks off after %i bytes is taken up where it ended", async (bytes) => {
    const large = Buffer.alloc(5_000_000, "0123456789abcdef");
    aws.objects.put(BUCKET, "large.bin", large);
    const source = sourceOf(aws);
    const { objects } = await readListing(source);
    const content = await source.open(objects[0]!);
    aws.faults.plant({ operation: "GetObject", times: 3, fault: { kind: "truncate", bytes } });
    expect(Buffer.compare(Buffer.from(await content.bytes()), large)).toBe(0);
    expect(aws.requests.of("GetObject").length).toBe(4);
  });

  test("a body that never comes ends in an error", async () => {
    aws.objects.put(BUCKET, "large.bin", Buffer.alloc(2_000_000));
    const source = sourceOf(aws);
    const { objects } = await readListing(source);
    const content = await source.open(objects[0]!);
    aws.faults.plant({ operation: "GetObject", times: 1_000, fault: { kind: "truncate", bytes: 0 } });
    const error = await expectError(() => content.bytes(), "SOURCE_UNAVAILABLE", "TIMED_OUT");
    expect(error.retryable).toBe(true);
  });
});

describe("errors", () => {
  test.each(Object.entries(S3_ERRORS))("%s", (name, { code, retryable }) => {
    const error = s3Error(Object.assign(new Error("Zelda Quorn"), { name }), "GetObject", { key: "k" }, undefined);
    expect([error.code.replace("SOURCE_UNAVAILABLE", "UNAVAILABLE"), error.retryable, error.ids]).toEqual([
      code.replace("SOURCE_UNAVAILABLE", "UNAVAILABLE"),
      retryable,
      { driver: "source-s3", key: "k" },
    ]);
    expect(error.message).not.toContain("Zelda");
  });

  test("wrong options, wrong credentials, another account's bucket", async () => {
    for (const options of [{ bucket: "" }, { concurrency: 0 }, { pageSize: 2_000 }, { id: " " }])
      expect(() => sourceOf(aws, options)).toThrow(GroundworkError);
    const wrong = { ...aws.credentials, secretAccessKey: "wrong" };
    await expectError(() => keysOf(sourceOf(aws, { credentials: wrong })), "UNAUTHENTICATED");
    await expectError(() => keysOf(sourceOf(aws, { bucket: "nobodys" })), "SOURCE_NOT_FOUND");
  });

  test("a client of one's own is used and not closed", async () => {
    put("a.md", "x");
    const { endpoint, region, credentials } = aws;
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const source = s3Source({ bucket: BUCKET, client });
    expect(await keysOf(source)).toEqual(["a.md"]);
    await source.close?.();
    expect(await keysOf(s3Source({ bucket: BUCKET, client }))).toEqual(["a.md"]);
    client.destroy();
  });
});
