import pg from "pg";
import { addressOf } from "../../../test/servers/test-servers.ts";

/** Statements on the test server, outside of the store. */
export async function onServer<T>(
  work: (client: pg.Client) => Promise<T>,
  url: string = addressOf("postgres"),
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Name of a schema that no other test file or run has. */
export function newSchema(name: string): string {
  return `gw_${name}_${process.pid}_${Date.now().toString(36)}`;
}

export async function dropSchema(schema: string): Promise<void> {
  await onServer((client) => client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
}
