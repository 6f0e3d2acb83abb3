import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vectorStoreCases } from "@groundwork/testing";
import { afterAll, describe, test } from "vitest";
import { lancedbStore } from "../src/index.ts";

describe("the contract of a vector store", () => {
  const root = mkdtempSync(join(tmpdir(), "groundwork-lancedb-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const cases = vectorStoreCases({
    create: (place) => lancedbStore({ path: join(root, place) }),
    remove: (place) => rmSync(join(root, place), { recursive: true, force: true }),
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});
