import { GroundworkError } from "@groundwork/contracts";
import type { IndexVersion } from "groundwork";
import type { Command, CommandContext } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { evaluateGolden, readGolden } from "../golden.ts";
import { progressBar } from "../progress-bar.ts";
import { sourcesOf } from "../sources-of.ts";
import { print, printJson, styled, table } from "../terminal.ts";
import { printReport } from "./ingest.ts";

const ACTIONS = ["list", "build", "switch", "rollback", "drop"] as const;

function showIndexes(context: CommandContext, indexes: readonly IndexVersion[]): void {
  if (context.json) printJson(context.terminal, indexes);
  else
    print(
      context.terminal,
      ...table([
        ["index", "state", "embedder", "made"],
        ...indexes.map(({ id, state, embedder, createdAt }) => [
          id,
          state,
          embedder,
          new Date(createdAt).toISOString().slice(0, 16).replace("T", " "),
        ]),
      ]),
    );
}

function idOf(context: CommandContext): string {
  const [, id] = context.positionals;
  if (id === undefined) throw new GroundworkError("INVALID_ARGUMENT", "Name the index: groundwork index list");
  return id;
}

/** Builds beside the index that answers; readers notice nothing until the switch. */
async function build(context: CommandContext): Promise<number> {
  const { terminal, signal, values, positionals } = context;
  const sources = await sourcesOf({ ...context, positionals: positionals.slice(1) });
  const golden = typeof values.golden === "string" ? await readGolden(values.golden) : undefined;
  const least = Number(values.least ?? 0.8);
  if (!(least >= 0 && least <= 1))
    throw new GroundworkError("INVALID_ARGUMENT", "--least needs a share between 0 and 1.");
  const base = await context.open({ index: "building" });
  const bar = progressBar(terminal);
  const report = await base
    .ingest(sources, { signal, ...(context.json ? {} : { onProgress: bar.update }) })
    .finally(() => bar.end());
  if (!context.json) printReport(terminal, report);
  const { failed, empty } = report.counts;
  if (report.incomplete.length > 0 || report.spending.stopped) {
    print(terminal, styled(terminal, "yellow", `Index ${base.index.id} is not complete: run again.`));
    return EXIT.partial;
  }
  await base.completeIndex({ signal });
  const judged = golden === undefined ? undefined : await evaluateGolden(base, golden, { limit: 10, signal });
  const passed = judged === undefined || judged.figures.hit5 >= least;
  const switched = passed && values["no-switch"] !== true;
  if (switched) await base.switchIndex(base.index.id, { signal });
  if (context.json) printJson(terminal, { index: base.index.id, report, golden: judged ?? null, passed, switched });
  else {
    if (judged !== undefined)
      print(
        terminal,
        `${judged.figures.questions} golden questions: ${judged.figures.hit5.toFixed(3)} answered among the first five (at least ${least} is asked), MRR ${judged.figures.mrr10.toFixed(3)}.`,
      );
    print(
      terminal,
      switched
        ? `Index ${base.index.id} answers now. Back again with: groundwork index rollback`
        : passed
          ? `Index ${base.index.id} is ready. Let it answer with: groundwork index switch ${base.index.id}`
          : `Index ${base.index.id} is not good enough: the one before goes on answering.`,
    );
  }
  return passed && failed + empty === 0 ? EXIT.ok : EXIT.partial;
}

export const indexCommand: Command = {
  name: "index",
  usage: "index list | build [PATH…] | switch ID | rollback | drop ID",
  summary: "build an index for a new embedder beside the one that answers, switch to it, go back",
  options: { golden: { type: "string" }, least: { type: "string" }, "no-switch": { type: "boolean" } },
  help: [
    "--golden FILE        questions that the new index must answer before it is switched to",
    "--least SHARE        of them that must have a relevant passage among the first five (default 0.8)",
    "--no-switch          build and judge only",
  ],
  async run(context) {
    const { signal, positionals } = context;
    const [action = "list"] = positionals;
    if (action === "build") return build(context);
    if (!ACTIONS.includes(action as (typeof ACTIONS)[number]))
      throw new GroundworkError("INVALID_ARGUMENT", `Expected one of ${ACTIONS.join(", ")}, found "${action}".`);
    const register = await context.openRegister();
    try {
      if (action === "switch") await register.switchTo(idOf(context), { signal });
      else if (action === "rollback") await register.rollBack({ signal });
      else if (action === "drop") await register.drop(idOf(context), { signal });
      showIndexes(context, await register.list({ signal }));
    } finally {
      await register.close();
    }
    return EXIT.ok;
  },
};
