import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SERVERS, type StartedServer, startServer, variableOf } from "./test-servers.ts";

/**
 * Starts the servers of the integration tests, all at once, and stops them afterwards. `GROUNDWORK_TEST_SERVERS=postgres,moto` starts
 * only these.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const only = process.env.GROUNDWORK_TEST_SERVERS?.split(",").map((name) => name.trim());
  const wanted = SERVERS.filter(
    (name) => (only === undefined || only.includes(name)) && process.env[variableOf(name)] === undefined,
  );
  const folder = await mkdtemp(join(tmpdir(), "groundwork-servers-"));
  // PostgreSQL does not run as root: its own user must be able to enter.
  await chmod(folder, 0o755);
  const started: StartedServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const results = await Promise.allSettled(
    wanted.map(async (name) => {
      const before = performance.now();
      const server = await startServer(name, folder);
      started.push(server);
      process.env[variableOf(name)] = server.address;
      process.stderr.write(
        `${name} at ${server.address} after ${((performance.now() - before) / 1_000).toFixed(1)} s\n`,
      );
    }),
  );
  const failed = results.filter((result) => result.status === "rejected");
  if (failed.length > 0) {
    await stop();
    throw new AggregateError(
      failed.map(({ reason }) => reason as Error),
      "A server of the integration tests did not start.",
    );
  }
  return stop;
}
