import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectError } from "@groundwork/testing";
import { documentOf } from "@groundwork/testing/catalog-fixtures";
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

  test("an iteration that outlives its catalog ends in a typed error, or in peace when it is left", async () => {
    const path = join(folder, "closed", "catalog.sqlite");
    const writer = sqliteCatalog({ path });
    await writer.open();
    await writer.updateDocuments(Array.from({ length: 2_000 }, (_, index) => documentOf(`${index}`)));
    await writer.close();
    const closeMidway = async (leave: boolean): Promise<void> => {
      const catalog = sqliteCatalog({ path });
      await catalog.open();
      for await (const _ of catalog.listDocuments()) {
        await catalog.close();
        if (leave) break;
      }
    };
    await closeMidway(true);
    await expectError(() => closeMidway(false), "INVALID_ARGUMENT");
  });
});
