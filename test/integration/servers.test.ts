import { expect, test } from "vitest";
import { addressOf } from "../servers/test-servers.ts";

/** What the other tests stand on: each server is the one that its script says. */
test("OpenSearch answers, with k-NN", async () => {
  const { version } = (await (await fetch(addressOf("opensearch"))).json()) as { version: { distribution: string } };
  expect(version.distribution).toBe("opensearch");
  const index = `${addressOf("opensearch")}/servers-test`;
  const mappings = {
    properties: { v: { type: "knn_vector", dimension: 2, method: { name: "hnsw", engine: "lucene" } } },
  };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ settings: { "index.knn": true, number_of_replicas: 0 }, mappings });
  expect((await fetch(index, { method: "PUT", headers, body })).status).toBe(200);
  await fetch(index, { method: "DELETE" });
});

test("moto answers and can be emptied", async () => {
  expect((await fetch(`${addressOf("moto")}/moto-api/reset`, { method: "POST" })).status).toBe(200);
});

test("toxiproxy lists its proxies", async () => {
  expect(await (await fetch(`${addressOf("toxiproxy")}/proxies`)).json()).toEqual({});
});

test("PostgreSQL has an address", () => {
  expect(addressOf("postgres")).toMatch(/^postgres:\/\/.+@127\.0\.0\.1:\d+\/groundwork$/);
});
