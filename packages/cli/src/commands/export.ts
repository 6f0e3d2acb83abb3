import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson } from "../terminal.ts";

export const exportCommand: Command = {
  name: "export",
  usage: "export FOLDER",
  summary: "write documents, texts, chunks with vectors and lineage: a backup, and data for other tools",
  options: {},
  help: [],
  async run(context) {
    const { terminal, signal, positionals } = context;
    const [folder] = positionals;
    if (folder === undefined) throw new GroundworkError("INVALID_ARGUMENT", "Name the folder to write to.");
    const base = await context.open({ create: false });
    const { exportKnowledgeBase } = await import("groundwork");
    const written = await exportKnowledgeBase(base, folder, { signal });
    if (context.json) printJson(terminal, written);
    else
      print(
        terminal,
        `${written.documents} documents, ${written.chunks} chunks, ${written.texts} texts and ${written.edges} edges written to ${folder}`,
      );
    return EXIT.ok;
  },
};
