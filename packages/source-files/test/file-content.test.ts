import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectError } from "@groundwork/testing";
import { readListing } from "@groundwork/testing/source-suite";
import { expect, test } from "vitest";
import { folder } from "../src/index.ts";
import { scratchFolder } from "./scratch-folder.ts";

test("a small file is read once: later readers get the bytes that the first saw", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md", "one");
  const source = folder(scratch.root);
  const { objects } = await readListing(source);
  const content = await source.open(objects[0]!);
  expect(Buffer.from(await content.bytes()).toString()).toBe("one");
  await writeFile(join(scratch.root, "a.md"), "two, and longer");
  const pieces: Uint8Array[] = [];
  for await (const piece of content.stream()) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe("one");
});

test("bytes that were given away to a thread are read again, and refused when the file has changed", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md", "one");
  const source = folder(scratch.root);
  const { objects } = await readListing(source);
  const content = await source.open(objects[0]!);
  const given = await content.bytes();
  structuredClone(given, { transfer: [given.buffer as ArrayBuffer] });
  expect(given.length).toBe(0);
  expect(Buffer.from(await content.bytes()).toString()).toBe("one");
  const again = await content.bytes();
  structuredClone(again, { transfer: [again.buffer as ArrayBuffer] });
  await writeFile(join(scratch.root, "a.md"), "two");
  await expectError(() => content.bytes(), "SOURCE_CHANGED");
  // What could not be read is tried anew, not remembered.
  await expectError(() => content.bytes(), "SOURCE_CHANGED");
});

test("an aborted reader does not spoil the bytes for the next", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md", "one");
  const source = folder(scratch.root);
  const { objects } = await readListing(source);
  const content = await source.open(objects[0]!);
  const abort = new AbortController();
  const first = expectError(() => content.bytes({ signal: abort.signal }), "ABORTED");
  abort.abort();
  await first;
  expect(Buffer.from(await content.bytes()).toString()).toBe("one");
});

test("an empty file has no piece and no bytes", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md", new Uint8Array());
  const source = folder(scratch.root);
  const { objects } = await readListing(source);
  const content = await source.open(objects[0]!);
  expect(await content.bytes()).toHaveLength(0);
  for await (const piece of content.stream()) expect.unreachable(`found ${piece.length} bytes`);
});
