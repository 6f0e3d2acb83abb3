import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Servers that integration tests talk to, by the script that starts each. */
export const SERVERS = ["postgres", "opensearch", "moto", "toxiproxy"] as const;
export type ServerName = (typeof SERVERS)[number];

/** The variable of the environment with a server's address. One that is set already is taken as it is, and not started. */
export function variableOf(name: ServerName): string {
  return `GROUNDWORK_TEST_${name.toUpperCase()}`;
}

/** The address of a running server. Throws when there is none: a test that needs it is never skipped in silence. */
export function addressOf(name: ServerName): string {
  const address = process.env[variableOf(name)];
  if (address === undefined || address === "")
    throw new Error(
      `There is no ${name} to test against. Run: pnpm test:integration (it starts ${SERVERS.join(", ")}).`,
    );
  return address;
}

const SCRIPTS = fileURLToPath(new URL(".", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function call(name: ServerName, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(SCRIPTS, `${name}.sh`), args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output.trim().split("\n").at(-1) ?? "");
      else reject(new Error(`${name}.sh ${args[0]} ended with ${code}.`));
    });
  });
}

export interface StartedServer {
  readonly name: ServerName;
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a server in a folder of its own and waits until it answers. What it is made of is installed on first use, into a cache. */
export async function startServer(name: ServerName, folder: string): Promise<StartedServer> {
  const own = join(folder, name);
  const address = await call(name, "start", own, String(await freePort()));
  return { name, address, stop: async () => void (await call(name, "stop", own)) };
}
