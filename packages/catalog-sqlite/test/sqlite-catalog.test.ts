import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogCases } from "@groundwork/testing/catalog-suite";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sqliteCatalog } from "../src/index.ts";

describe("the SQLite catalog keeps the whole contract", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "groundwork-catalog-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const cases = catalogCases({
    create: (place) => sqliteCatalog({ path: join(folder, place, "catalog.sqlite") }),
    remove: (place) => rmSync(join(folder, place), { recursive: true, force: true }),
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});
