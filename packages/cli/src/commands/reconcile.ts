import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { print, printJson, styled } from "../terminal.ts";

const WORDS: Readonly<Record<string, string>> = {
  "rows-missing": "rows are missing from the store",
  "rows-orphaned": "rows in the store are of no live document",
  "artifact-missing": "the text is lost",
  "artifact-orphaned": "texts are kept of a document that is gone",
};
const REPAIRS: Readonly<Record<string, string>> = {
  none: "",
  repaired: "put right",
  reread: "will be read again by the next ingest",
};

export const reconcileCommand: Command = {
  name: "reconcile",
  usage: "reconcile [--check]",
  summary: "compare store, texts and catalog in both directions, and put right what differs",
  options: { check: { type: "boolean" } },
  help: ["--check            only report; exit code 3 when something differs"],
  async run(context) {
    const { terminal, signal, values } = context;
    const base = await context.open({ create: false });
    const check = values.check === true;
    const report = await base.reconcile({ signal, check });
    if (context.json) printJson(terminal, report);
    else {
      for (const { kind, key, documentId, count, repair } of report.drift.slice(0, 200)) {
        const how = REPAIRS[repair] === "" ? "" : styled(terminal, "dim", ` ${REPAIRS[repair]}`);
        print(terminal, `  ${key ?? documentId}: ${count} ${WORDS[kind] ?? kind}${how}`);
      }
      if (report.total > 200) print(terminal, `  … and ${report.total - 200} more (--json lists them)`);
      print(
        terminal,
        report.total === 0
          ? `${report.documents} documents, ${report.rows} rows: store, texts and catalog agree.`
          : `${report.total} differences among ${report.documents} documents and ${report.rows} rows.`,
      );
      if (report.rolledBack > 0)
        print(
          terminal,
          `${report.rolledBack} publications were left open by a process that ended${check ? "" : ": taken back"}.`,
        );
    }
    const left = report.drift.some(({ repair }) => repair !== "repaired");
    return left || (check && report.rolledBack > 0) ? EXIT.partial : EXIT.ok;
  },
};
