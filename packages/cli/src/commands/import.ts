import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson } from "../terminal.ts";

export const importCommand: Command = {
  name: "import",
  usage: "import FOLDER",
  summary: "fill an empty knowledge base from what export wrote",
  options: {},
  help: [],
  async run(context) {
    const { terminal, signal, positionals } = context;
    const [folder] = positionals;
    if (folder === undefined) throw new GroundworkError("INVALID_ARGUMENT", "Name the folder that export wrote.");
    const base = await context.open();
    const { importKnowledgeBase } = await import("groundwork");
    const read = await importKnowledgeBase(base, folder, { signal });
    if (context.json) printJson(terminal, read);
    else
      print(terminal, `${read.documents} documents, ${read.chunks} chunks and ${read.texts} texts read from ${folder}`);
    return EXIT.ok;
  },
};
