import { readFile } from "node:fs/promises";
import { GroundworkError } from "@groundwork/contracts";
import type { Budget, IngestReport } from "groundwork";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { progressBar } from "../progress-bar.ts";
import { sourcesOf } from "../sources-of.ts";
import { bytes, duration, print, printJson, styled, type Terminal, table } from "../terminal.ts";

/** What a run did, for people. */
export function printReport(terminal: Terminal, report: IngestReport, verbose = false): void {
  const { counts, work } = report;
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`);
  print(terminal, `${told.length === 0 ? "no documents" : told.join(", ")} in ${duration(report.elapsedMs)}`);
  print(
    terminal,
    `${work.extractions} extractions, ${work.embeddings} embeddings${work.embeddingsReused > 0 ? ` (${work.embeddingsReused} reused)` : ""}, ${work.rowsWritten} rows written, ${work.rowsRetired} retired`,
  );
  for (const outcome of report.outcomes) {
    if (outcome.error !== undefined)
      print(
        terminal,
        styled(terminal, "red", `  ✗ ${outcome.key}`),
        `    ${outcome.error.code}: ${outcome.error.message}`,
      );
    for (const warning of outcome.warnings ?? []) {
      print(
        terminal,
        styled(
          terminal,
          "yellow",
          `  ! ${outcome.key}${warning.page === undefined ? "" : `, page ${warning.page}`}: ${warning.message}`,
        ),
      );
    }
  }
  if (verbose) {
    const rows = report.outcomes.map((o) => [
      o.status,
      String(o.pages ?? ""),
      String(o.chunks ?? ""),
      String(o.embedded ?? ""),
      duration(o.milliseconds ?? 0),
      o.key,
    ]);
    if (rows.length > 0)
      print(terminal, ...table([["outcome", "pages", "chunks", "embedded", "time", "document"], ...rows]));
  }
  if (verbose) {
    const stages = Object.entries(report.stages).map(([name, { runs, milliseconds, deepest, bytes: moved }]) => [
      name,
      String(runs),
      duration(milliseconds),
      String(deepest),
      bytes(moved),
    ]);
    print(terminal, "", ...table([["stage", "runs", "time", "deepest queue", "bytes"], ...stages]));
  }
  if (report.spending.stopped)
    print(terminal, styled(terminal, "yellow", "The budget is used up: run again to go on where this run ended."));
  if (report.recovered.rolledBack > 0)
    print(terminal, `An interrupted publication was taken back (${report.recovered.rolledBack}).`);
  for (const { sourceId, reason } of report.incomplete)
    print(
      terminal,
      styled(
        terminal,
        "yellow",
        `Source "${sourceId}" could not be listed to its end (${reason}): nothing was deleted there.`,
      ),
    );
}

/** The first line of a file: a password on the command line would be shown to every user of the machine. */
async function passwordOf(file: unknown): Promise<string | undefined> {
  if (typeof file !== "string") return undefined;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new GroundworkError("INVALID_ARGUMENT", `The password file ${file} cannot be read.`, { cause });
  });
  return text.split(/\r?\n/)[0];
}

function budgetOf(values: Readonly<Record<string, unknown>>): Budget {
  const budget: Record<string, number> = {};
  for (const name of ["money", "tokens", "pages"]) {
    const value = values[`budget-${name}`];
    if (typeof value !== "string") continue;
    if (!(Number(value) >= 0))
      throw new GroundworkError("INVALID_ARGUMENT", `--budget-${name} needs a number of 0 or more, found "${value}".`);
    budget[name] = Number(value);
  }
  return budget;
}

export const ingestCommand: Command = {
  name: "ingest",
  usage: "ingest [PATH…]",
  summary: "bring the knowledge base up to date with files and folders",
  options: {
    verify: { type: "boolean" },
    "allow-mass-delete": { type: "boolean" },
    verbose: { type: "boolean", short: "v" },
    wait: { type: "string" },
    "password-file": { type: "string" },
    "budget-money": { type: "string" },
    "budget-tokens": { type: "string" },
    "budget-pages": { type: "string" },
  },
  help: [
    "--verify             read and hash files whose size and time have not changed",
    "--allow-mass-delete  confirm a plan that deletes an unusual share of a source",
    "--wait SECONDS       how long to wait for another ingestion to end (default 30)",
    "--password-file FILE  password of encrypted documents: the first line of a file",
    "--budget-money N, --budget-tokens N, --budget-pages N",
    "                     use no more than that, then stop cleanly; the next run goes on",
    "-v, --verbose        a line for each document",
  ],
  async run(context) {
    const { terminal, signal, values } = context;
    const sources = await sourcesOf(context);
    const password = await passwordOf(values["password-file"]);
    const base = await context.open(password === undefined ? {} : { settings: { password: () => password } });
    const plan = await base.plan(sources, { signal, verify: values.verify === true });
    const bar = progressBar(terminal);
    let report: IngestReport;
    try {
      report = await base.ingest(plan, {
        signal,
        allowMassDelete: values["allow-mass-delete"] === true,
        budget: budgetOf(values),
        ...(typeof values.wait === "string" ? { waitMs: Number(values.wait) * 1000 } : {}),
        ...(context.json ? {} : { onProgress: bar.update }),
      });
    } finally {
      bar.end();
    }
    if (context.json) printJson(terminal, report);
    else printReport(terminal, report, values.verbose === true);
    if (report.outcomes.length === 0 && report.counts.unchanged === 0 && !context.json)
      print(terminal, "The source has no documents.");
    return report.status === "completed" ? EXIT.ok : EXIT.partial;
  },
};
