import { expect, test } from "vitest";
import { isSafeKey, parseSidecar } from "../src/index.ts";

test.each([
  ["a.md", true],
  ["a/b c/d.md", true],
  ["..md", true],
  ["", false],
  [".", false],
  ["..", false],
  ["/a", false],
  ["a/", false],
  ["a//b", false],
  ["a/../b", false],
  ["a\0b", false],
])("%j", (key, safe) => {
  expect(isSafeKey(key)).toBe(safe);
});

test("a sidecar has attributes and permissions, or is none", () => {
  expect(parseSidecar('{"metadataAttributes": {"year": 2026, "_allow": ["group:hr"]}}')).toEqual({
    attributes: { year: 2026 },
    permissions: { allow: ["group:hr"] },
  });
  expect(parseSidecar('{"year": 2026}')).toBeUndefined();
});
