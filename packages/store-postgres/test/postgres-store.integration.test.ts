import { vectorStoreCases } from "@groundwork/testing";
import { afterAll, describe, test } from "vitest";
import { addressOf } from "../../../test/servers/test-servers.ts";
import { postgresStore } from "../src/index.ts";
import { dropSchema, newSchema, onServer } from "./postgres-schemas.ts";

describe("the contract of a vector store", () => {
  const schema = newSchema("contract");
  afterAll(() => dropSchema(schema));
  const cases = vectorStoreCases({
    create: (place) => postgresStore({ url: addressOf("postgres"), schema, table: place, maxConnections: 4 }),
    remove: async (place) => {
      const tables = ["", "_words", "_totals", "_format"].map((suffix) => `"${schema}"."${place}${suffix}"`);
      await onServer((client) => client.query(`DROP TABLE IF EXISTS ${tables.join(", ")}`));
    },
  });
  for (const suiteCase of cases) test(suiteCase.name, suiteCase.run);
});
