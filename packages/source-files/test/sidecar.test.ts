import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseSidecar } from "@groundwork/source-objects";
import { readListing } from "@groundwork/testing/source-suite";
import { expect, test } from "vitest";
import { files, folder } from "../src/index.ts";
import { scratchFolder } from "./scratch-folder.ts";

const sidecarOf = (members: object): string => JSON.stringify({ metadataAttributes: members });

test("plain and typed values become attributes", () => {
  const typed = (type: string, field: string, value: unknown): object => ({
    value: { type, [field]: value },
    includeForEmbedding: true,
  });
  const members = {
    department: "hr",
    year: 2026,
    draft: false,
    regions: ["EU", "UK"],
    owner: typed("STRING", "stringValue", "finance"),
    priority: typed("NUMBER", "numberValue", 2.5),
    open: typed("BOOLEAN", "booleanValue", true),
    groups: typed("STRING_LIST", "stringListValue", ["a", "b"]),
    ["__proto__"]: "kept as a name like any other",
  };
  const { attributes, permissions } = parseSidecar(`\uFEFF${sidecarOf(members)}`)!;
  expect(Object.entries(attributes)).toEqual([
    ["department", "hr"],
    ["year", 2026],
    ["draft", false],
    ["regions", ["EU", "UK"]],
    ["owner", "finance"],
    ["priority", 2.5],
    ["open", true],
    ["groups", ["a", "b"]],
    ["__proto__", "kept as a name like any other"],
  ]);
  expect(permissions).toBeUndefined();
});

test("_allow and _deny are permissions; denied alone allows nobody", () => {
  expect(parseSidecar(sidecarOf({ _allow: ["group:hr"], _deny: ["user:bob"], year: 1 }))).toEqual({
    attributes: { year: 1 },
    permissions: { allow: ["group:hr"], deny: ["user:bob"] },
  });
  expect(parseSidecar(sidecarOf({ _deny: ["user:bob"] }))?.permissions).toEqual({ allow: [], deny: ["user:bob"] });
  const typed = { value: { type: "STRING_LIST", stringListValue: ["group:hr"] } };
  expect(parseSidecar(sidecarOf({ _allow: typed }))?.permissions).toEqual({ allow: ["group:hr"] });
});

test.each([
  "",
  "{",
  "[]",
  "null",
  "{}",
  '{"metadataAttributes": []}',
  sidecarOf({ _allow: "group:hr" }),
  sidecarOf({ _deny: null }),
  sidecarOf({ a: null }),
  sidecarOf({ a: { b: 1 } }),
  sidecarOf({ a: [1] }),
  sidecarOf({ a: { value: { type: "STRING", numberValue: 1 } } }),
])("%j is not understood", (text) => expect(parseSidecar(text)).toBeUndefined());

test("sidecars belong to their file, are never documents, and make it unavailable when they are broken", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  await scratch.put("a.md.metadata.json", sidecarOf({ department: "hr", _allow: ["group:hr"] }));
  await scratch.put("b.md");
  await scratch.put("b.md.metadata.json", '{"metadataAttributes": {"_allow": ["group:hr"]');
  await scratch.put("c.md");
  await scratch.put("orphan.md.metadata.json", sidecarOf({ _allow: ["group:hr"] }));
  await scratch.put("d.md");
  await scratch.put("d.md.metadata.json", sidecarOf({ text: "x".repeat(70_000) }));
  const source = folder(scratch.root);
  expect(source.carriesPermissions).toBe(false);
  const { objects } = await readListing(source);
  expect(objects.map(({ key, attributes, permissions, state }) => ({ key, attributes, permissions, state }))).toEqual([
    { key: "a.md", attributes: { department: "hr" }, permissions: { allow: ["group:hr"] }, state: undefined },
    { key: "b.md", attributes: undefined, permissions: undefined, state: "unavailable" },
    { key: "c.md", attributes: undefined, permissions: undefined, state: undefined },
    { key: "d.md", attributes: undefined, permissions: undefined, state: "unavailable" },
  ]);
  expect(source.carriesPermissions).toBe(true);
});

test("whether there are permissions is known from the first object on, and forgotten with the last sidecar", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  await scratch.put("z/deep/z.md");
  await scratch.put("z/deep/z.md.metadata.json", sidecarOf({ _allow: ["group:hr"] }));
  await scratch.put("ignored.md");
  const source = folder(scratch.root, { ignore: ["ignored.md"] });
  for await (const item of source.list()) {
    expect(source.carriesPermissions).toBe(true);
    expect("object" in item && item.object.key).toBe("a.md");
    break;
  }
  await rm(join(scratch.root, "z/deep/z.md.metadata.json"));
  await scratch.put("ignored.md.metadata.json", sidecarOf({ _allow: ["group:hr"] }));
  await readListing(source);
  expect(source.carriesPermissions).toBe(false);
});

test("a file that is named by itself has its sidecar too", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  await scratch.put("b.md");
  await scratch.put("b.md.metadata.json", sidecarOf({ _allow: ["group:hr"], year: 2026 }));
  const source = files([join(scratch.root, "a.md"), join(scratch.root, "b.md")]);
  const { objects } = await readListing(source);
  expect(objects.map(({ permissions, attributes }) => ({ permissions, attributes }))).toEqual([
    { permissions: undefined, attributes: undefined },
    { permissions: { allow: ["group:hr"] }, attributes: { year: 2026 } },
  ]);
  expect(source.carriesPermissions).toBe(true);
});

test("permissions given by a function win, and can be declared beforehand", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("hr/a.md");
  await scratch.put("hr/a.md.metadata.json", sidecarOf({ _allow: ["group:everyone"], year: 2026 }));
  await scratch.put("b.md");
  const source = folder(scratch.root, {
    permissions: (key) => (key.startsWith("hr/") ? { allow: ["group:hr"] } : undefined),
    defaultAccess: { allow: ["group:staff"] },
  });
  expect(source.carriesPermissions).toBe(true);
  expect(source.defaultAccess).toEqual({ allow: ["group:staff"] });
  const { objects } = await readListing(source);
  expect(objects.map(({ permissions }) => permissions)).toEqual([undefined, { allow: ["group:hr"] }]);
  expect(objects[1]?.attributes).toEqual({ year: 2026 });
  expect(folder(scratch.root, { carriesPermissions: true }).carriesPermissions).toBe(true);
});

test("with sidecars switched off they are files like any other", async () => {
  await using scratch = await scratchFolder();
  await scratch.put("a.md");
  await scratch.put("a.md.metadata.json", "{}");
  const { objects } = await readListing(folder(scratch.root, { sidecars: false }));
  expect(objects.map(({ key }) => key)).toEqual(["a.md", "a.md.metadata.json"]);
});
