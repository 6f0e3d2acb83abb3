import { Writable } from "node:stream";
import { run } from "@groundwork/cli";

class Collector extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process, as the binary does, and gives what it wrote. */
export async function groundwork(args: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
  const out = new Collector();
  const err = new Collector();
  const code = await run(args, { out, err, columns: undefined, colors: false }, signal);
  return { code, out: out.text, err: err.text };
}
