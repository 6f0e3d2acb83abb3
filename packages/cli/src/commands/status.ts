import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson, styled, table } from "../terminal.ts";

export const statusCommand: Command = {
  name: "status",
  usage: "status",
  summary: "show what the knowledge base holds and what failed",
  options: { documents: { type: "boolean" } },
  help: ["--documents        list every document"],
  async run(context) {
    const { terminal, signal } = context;
    const base = await context.open({ create: false });
    const status = await base.status({ signal });
    const documents = [];
    if (context.values.documents === true)
      for await (const document of base.parts.catalog.listDocuments({}, { signal })) documents.push(document);
    if (context.json) {
      printJson(terminal, { ...status, ...(context.values.documents === true ? { list: documents } : {}) });
      return EXIT.ok;
    }
    const states = Object.entries(status.documents)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${count} ${state}`);
    print(
      terminal,
      `documents  ${states.length > 0 ? states.join(", ") : "none"}`,
      `chunks     ${status.chunks}`,
      `embedder   ${status.embedder}`,
      `store      ${status.store}`,
    );
    if (status.lastRun !== undefined)
      print(terminal, `last run   ${status.lastRun.status}, ${new Date(status.lastRun.startedAt).toISOString()}`);
    if (Object.keys(status.mediaTypes).length > 0)
      print(
        terminal,
        "",
        ...table(
          Object.entries(status.mediaTypes)
            .sort(([, a], [, b]) => b - a)
            .map(([type, count]) => [String(count), type]),
        ),
      );
    if (documents.length > 0)
      print(
        terminal,
        "",
        ...table(documents.map(({ state, chunks, key, documentId }) => [state, String(chunks), documentId, key])),
      );
    if (status.deadLetters.length > 0) {
      print(
        terminal,
        "",
        styled(
          terminal,
          "red",
          `${status.deadLetters.length} ${status.deadLetters.length === 1 ? "document" : "documents"} could not be read:`,
        ),
      );
      for (const letter of status.deadLetters)
        print(
          terminal,
          `  ${letter.key}`,
          `    ${letter.error.code} (${letter.attempts} ${letter.attempts === 1 ? "try" : "tries"}): ${letter.error.message}`,
        );
    }
    return EXIT.ok;
  },
};
