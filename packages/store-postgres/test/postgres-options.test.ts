import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { postgresStore } from "../src/index.ts";
import { type PostgresStoreOptions, resolvePostgresOptions } from "../src/postgres-options.ts";

test("an address is taken apart, and options win over it", () => {
  expect(
    resolvePostgresOptions({
      url: "postgres://an%40a:p%2Fw@db.example:6432/my%20data?sslmode=verify-full",
      user: "ben",
    }),
  ).toMatchObject({ host: "db.example", port: 6_432, user: "ben", password: "p/w", database: "my data", tls: true });
  expect(resolvePostgresOptions({ url: "postgresql://[::1]/x?sslmode=disable" })).toMatchObject({
    host: "::1",
    port: 5_432,
    tls: false,
  });
  const password = (): string => "token";
  expect(resolvePostgresOptions({ url: "postgres://a:b@c/d", password }).password).toBe(password);
});

const WRONG: readonly PostgresStoreOptions[] = [
  { url: "mysql://localhost/x" },
  { url: "localhost" },
  { url: "postgres://a/b?options=-csearch_path" },
  { url: "postgres://a/b?sslmode=no-verify" },
  { table: 'chunks"; DROP TABLE x; --' },
  { table: "" },
  { table: "x".repeat(49) },
  { schema: "a.b" },
  { m: 1 },
  { m: 64, efConstruction: 100 },
  { efSearch: 0 },
  { efSearch: 1.5 },
  { exactUpTo: -1 },
  { maxConnections: 0 },
  { vectorType: "bit" as never },
  { iterativeScan: "off" as never },
  { maintenanceMemory: "1GB'; DROP TABLE x; --" },
];

test.each(WRONG.map((options) => [JSON.stringify(options), options] as const))("%s is refused", (_name, options) => {
  expect(() => postgresStore(options)).toThrow(expect.objectContaining({ code: "INVALID_CONFIGURATION" }));
});

/** A server that asks for a password in clear text, notes it and refuses it, as PostgreSQL's protocol has it. */
async function refusingServer(passwords: string[]) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let started = false;
    socket.on("data", (data) => {
      if (!started) {
        started = true;
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        return;
      }
      passwords.push(data.toString("utf8", 5, data.length - 1));
      const fields = Buffer.from("SFATAL\0C28P01\0Mrefused\0\0");
      const head = Buffer.from([0x45, 0, 0, 0, 0]);
      head.writeInt32BE(4 + fields.length, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

test("a function is asked for the password of each connection, and a refusal is UNAUTHENTICATED", async () => {
  const passwords: string[] = [];
  const server = await refusingServer(passwords);
  let asked = 0;
  const password = async (): Promise<string> => `token ${++asked}`;
  const store = postgresStore({ host: "127.0.0.1", port: server.port, user: "ana", password });
  try {
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(store.open({ dimensions: 8 })).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    expect(passwords).toEqual(["token 1", "token 2"]);
  } finally {
    await store.close();
    await server.close();
  }
});

test("a server that is not there is UNAVAILABLE and worth another try", async () => {
  const server = await refusingServer([]);
  await server.close();
  const store = postgresStore({ host: "127.0.0.1", port: server.port, user: "ana" });
  await expect(store.open({ dimensions: 8 })).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  await store.close();
});
