import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = fileURLToPath(new URL("../../.venv/aws-models", import.meta.url));
const python = join(folder, "bin", "python");

/** Makes the Python environment of these checks once (10 MB to download), and again when its requirements change. */
export async function makePythonEnvironment(): Promise<void> {
  const requirements = readFileSync(join(here, "requirements.txt"), "utf8");
  const stamp = join(folder, "requirements.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === requirements) return;
  mkdirSync(folder, { recursive: true });
  await run("python3", ["-m", "venv", "--clear", folder]);
  await run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    join(here, "requirements.txt"),
  ]);
  writeFileSync(stamp, requirements);
}

/** Output of one of the scripts beside this file. */
export async function runPython(script: string, argument: string): Promise<unknown> {
  const { stdout } = await run(python, [join(here, script), argument], { maxBuffer: 256 * 1024 * 1024 });
  return JSON.parse(stdout);
}
