import { randomUUID } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readListing, type SourceFixture, sourceCases } from "@groundwork/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { s3Source } from "../src/index.ts";

const connection = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  forcePathStyle: true,
};
let client: S3Client;
beforeAll(() => {
  client = new S3Client({ ...connection, endpoint: addressOf("moto") });
});
afterAll(() => client.destroy());

async function makeBucket(): Promise<string> {
  const Bucket = `groundwork-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

async function empty(Bucket: string): Promise<void> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
  for (const { Key = "" } of Contents)
    await client.send(new DeleteObjectCommand({ Bucket, Key: decodeURIComponent(Key.replaceAll("+", " ")) }));
}

describe("an S3 that others wrote", () => {
  const create = async (): Promise<SourceFixture> => {
    const Bucket = await makeBucket();
    return {
      source: s3Source({ ...connection, endpoint: addressOf("moto"), bucket: Bucket, prefix: "corpus/", pageSize: 5 }),
      put: async (key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key: `corpus/${key}`, Body }))),
      remove: async (key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key: `corpus/${key}` }))),
      vanish: async () => {
        await empty(Bucket);
        await client.send(new DeleteBucketCommand({ Bucket }));
      },
      dispose: async () => {},
    };
  };
  const lacks = {
    hide: "S3 lists what it does not let one read; that shows when it is opened",
    breakListing: "nothing breaks here; see the tests against the fake",
    watch: "changes come from S3's events, not from the bucket",
  };
  for (const { name, run } of sourceCases({ create, lacks })) test(name, run);
});

test("metadata and tags are attributes", async () => {
  const bucket = await makeBucket();
  const at = { Bucket: bucket, Key: "a b+c.md" };
  await client.send(new PutObjectCommand({ ...at, Body: "text", Metadata: { department: "finance" } }));
  const Tagging = { TagSet: [{ Key: "class", Value: "internal" }] };
  await client.send(new PutObjectTaggingCommand({ ...at, Tagging }));
  const source = s3Source({ ...connection, endpoint: addressOf("moto"), bucket, metadata: true, tags: true });
  const { objects } = await readListing(source);
  expect(objects).toMatchObject([{ key: "a b+c.md", attributes: { department: "finance", class: "internal" } }]);
  expect(Buffer.from(await (await source.open(objects[0]!)).bytes()).toString()).toBe("text");
  await source.close?.();
});
