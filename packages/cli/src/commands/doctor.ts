import { access, constants, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { bytes, print, printJson, styled } from "../terminal.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const MINIMUM_NODE = [22, 18] as const;

async function attempt(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await work() };
  } catch (error) {
    const detail = GroundworkError.isInstance(error)
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? error.message
        : String(error);
    return { name, ok: false, detail };
  }
}

export const doctorCommand: Command = {
  name: "doctor",
  usage: "doctor",
  summary: "check this machine and the knowledge base",
  options: {},
  help: [],
  async run(context) {
    const { terminal, signal, path } = context;
    const checks: Check[] = [];
    checks.push(
      await attempt("Node.js", async () => {
        const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
        if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1]))
          throw new Error(`${process.version}; ${MINIMUM_NODE.join(".")} or later is needed`);
        return process.version;
      }),
    );
    checks.push(
      await attempt("disk", async () => {
        const { bavail, bsize } = await statfs(resolve("."));
        if (bavail * bsize < 512 * 1024 * 1024) throw new Error(`only ${bytes(bavail * bsize)} free`);
        return `${bytes(bavail * bsize)} free`;
      }),
    );
    const exists = await access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!exists) checks.push({ name: "knowledge base", ok: true, detail: `none yet at ${path}` });
    else {
      let embed: (() => Promise<string>) | undefined;
      checks.push(
        await attempt("knowledge base", async () => {
          const base = await context.open();
          const status = await base.status({ signal });
          embed = async () => {
            const { vectors } = await base.parts.embedder.doEmbed(["groundwork"], { signal });
            return `${base.parts.embedder.modelId}, ${vectors.length} dimensions`;
          };
          const { catalog, store } = base.parts;
          const live = await store.count(undefined, { signal, watermark: await catalog.watermark({ signal }) });
          let expected = 0;
          for await (const document of catalog.listDocuments({ states: ["live", "stale"] }, { signal }))
            expected += document.chunks;
          if (live !== expected)
            throw new Error(`the catalog counts ${expected} chunks, the store ${live}; run groundwork reconcile`);
          return `${status.documents.live} documents, ${live} chunks, store and catalog agree`;
        }),
      );
      if (embed !== undefined) checks.push(await attempt("embedding model", embed));
    }
    if (context.json) printJson(terminal, { ok: checks.every(({ ok }) => ok), checks });
    else
      for (const { name, ok, detail } of checks)
        print(
          terminal,
          `${ok ? styled(terminal, "green", "✓") : styled(terminal, "red", "✗")} ${name.padEnd(16)} ${detail}`,
        );
    return checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.error;
  },
};
