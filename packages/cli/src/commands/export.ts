import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decodeChunks, GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson } from "../terminal.ts";

async function writeLines(path: string, records: AsyncIterable<unknown>, signal: AbortSignal): Promise<number> {
  let count = 0;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const record of records) {
      count++;
      yield `${JSON.stringify(record)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(path), { signal });
  return count;
}

export const exportCommand: Command = {
  name: "export",
  usage: "export FOLDER",
  summary: "write documents, chunks and lineage as JSON lines",
  options: {},
  help: [],
  async run(context) {
    const { terminal, signal, positionals } = context;
    const [folder] = positionals;
    if (folder === undefined) throw new GroundworkError("INVALID_ARGUMENT", "Name the folder to write to.");
    const base = await context.open({ create: false });
    await mkdir(folder, { recursive: true });
    const { catalog, store } = base.parts;
    const watermark = await catalog.watermark({ signal });
    const chunks = async function* (): AsyncGenerator<unknown> {
      for await (const batch of store.scan(undefined, { signal, watermark })) yield* decodeChunks(batch);
    };
    const edges = async function* (): AsyncGenerator<unknown> {
      for (const { runId } of await catalog.listRuns({ limit: 1_000_000 }, { signal }))
        yield* catalog.listEdges({ runId }, { signal });
    };
    const written = {
      documents: await writeLines(join(folder, "documents.jsonl"), catalog.listDocuments({}, { signal }), signal),
      chunks: await writeLines(join(folder, "chunks.jsonl"), chunks(), signal),
      edges: await writeLines(join(folder, "edges.jsonl"), edges(), signal),
    };
    if (context.json) printJson(terminal, written);
    else
      print(
        terminal,
        `${written.documents} documents, ${written.chunks} chunks and ${written.edges} edges written to ${folder}`,
      );
    return EXIT.ok;
  },
};
