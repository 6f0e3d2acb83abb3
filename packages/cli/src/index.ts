import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { GroundworkError } from "@groundwork/contracts";
import type { KnowledgeBase } from "groundwork";
import type { Command, CommandContext } from "./command.ts";
import { askCommand } from "./commands/ask.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evalCommand } from "./commands/eval.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { indexCommand } from "./commands/index-versions.ts";
import { ingestCommand } from "./commands/ingest.ts";
import { personalDataCommand } from "./commands/personal-data.ts";
import { planCommand } from "./commands/plan.ts";
import { reconcileCommand } from "./commands/reconcile.ts";
import { searchCommand } from "./commands/search.ts";
import { showCommand } from "./commands/show.ts";
import { statusCommand } from "./commands/status.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { loadConfiguration } from "./load-configuration.ts";
import { print, printJson, processTerminal, type Terminal } from "./terminal.ts";

export { printReport } from "./commands/ingest.ts";
export { citationLine } from "./passage-lines.ts";
export { progressBar } from "./progress-bar.ts";
export { duration, processTerminal, styled, type Terminal, wrap } from "./terminal.ts";

const COMMANDS: readonly Command[] = [
  ingestCommand,
  planCommand,
  searchCommand,
  askCommand,
  statusCommand,
  showCommand,
  evalCommand,
  exportCommand,
  importCommand,
  reconcileCommand,
  indexCommand,
  personalDataCommand,
  doctorCommand,
];

const COMMON = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  kb: { type: "string" },
  config: { type: "string" },
} as const;

const COMMON_HELP: readonly string[] = [
  "--kb FOLDER          the knowledge base (default ./.groundwork)",
  "--config FILE        configuration (default ./groundwork.config.ts where there is one)",
  "--json               the same for programs",
  "-h, --help           this text",
];

function help(): string[] {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
  return [
    "groundwork: governed, searchable ground truth from documents and recordings",
    "",
    ...COMMANDS.map(({ usage, summary }) => `  groundwork ${usage.padEnd(width)}  ${summary}`),
    "",
    "Options of every command:",
    ...COMMON_HELP.map((line) => `  ${line}`),
    "",
    "Exit codes: 0 done, 1 error, 2 wrong use, 3 done but some documents failed, 4 nothing found, 5 try again later, 130 stopped.",
  ];
}

/** Runs one command line and returns its exit code. Never throws. */
export async function run(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
  outer?: AbortSignal,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    print(terminal, ...help());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    terminal.err.write(
      `groundwork: there is no command "${name}". Commands: ${COMMANDS.map((known) => known.name).join(", ")}.\n`,
    );
    return EXIT.usage;
  }
  const interrupt = new AbortController();
  let interrupts = 0;
  const onInterrupt = (): void => {
    if (++interrupts > 1) process.exit(EXIT.aborted);
    terminal.err.write(
      "\nStopping: what is under way is taken back or finished. Press Ctrl-C again to leave at once.\n",
    );
    interrupt.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  let base: KnowledgeBase | undefined;
  let json = args.includes("--json");
  try {
    let parsed: ReturnType<typeof parseArgs>;
    try {
      parsed = parseArgs({ args: rest, options: { ...COMMON, ...command.options }, allowPositionals: true });
    } catch (cause) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `${cause instanceof Error ? cause.message : String(cause)} (groundwork ${name} --help)`,
      );
    }
    const { values, positionals } = parsed;
    json = values.json === true;
    if (values.help === true) {
      print(
        terminal,
        `groundwork ${command.usage}`,
        `  ${command.summary}`,
        "",
        ...[...command.help, ...COMMON_HELP].map((line) => `  ${line}`),
      );
      return EXIT.ok;
    }
    const configuration = await loadConfiguration(typeof values.config === "string" ? values.config : undefined);
    const path = resolve(typeof values.kb === "string" ? values.kb : (configuration.path ?? ".groundwork"));
    const signal = outer === undefined ? interrupt.signal : AbortSignal.any([outer, interrupt.signal]);
    const exists = async (): Promise<void> => {
      if (configuration.catalog !== undefined) return;
      await access(join(path, "catalog.sqlite")).catch(() => {
        throw new GroundworkError(
          "NOT_FOUND",
          `There is no knowledge base at ${path}. Make one with: groundwork ingest FOLDER`,
        );
      });
    };
    const context: CommandContext = {
      terminal,
      signal,
      positionals,
      values,
      json,
      path,
      configuration,
      openRegister: async () => {
        await exists();
        const { openRegister } = await import("groundwork");
        return openRegister({ ...configuration, path }, { signal });
      },
      open: async ({ create = true, settings, index } = {}) => {
        if (!create) await exists();
        // Help, wrong use and a missing knowledge base are told without loading what it is made of.
        const { openKnowledgeBase } = await import("groundwork");
        base = await openKnowledgeBase(
          { ...configuration, path, settings: { ...configuration.settings, ...settings } },
          { signal, ...(index === undefined ? {} : { index }) },
        );
        return base;
      },
    };
    return await command.run(context);
  } catch (error) {
    if (GroundworkError.isInstance(error)) {
      if (json) printJson(terminal, { error: error.toJSON() });
      terminal.err.write(`groundwork: ${error.code}: ${error.message}\n`);
    } else {
      terminal.err.write(
        `groundwork: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    }
    return exitCodeOf(error);
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
    await base?.close().catch(() => {});
  }
}
