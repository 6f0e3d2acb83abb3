import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { sourcesOf } from "../sources-of.ts";
import { bytes, duration, print, printJson, styled, table } from "../terminal.ts";

const SIGNS: Readonly<Record<string, string>> = {
  add: "+",
  change: "~",
  delete: "-",
  hide: "-",
  stale: "?",
  retry: "↻",
  skip: "·",
};

const REDO: Readonly<Record<string, string>> = {
  read: "read again",
  cut: "cut again (the text is kept)",
  embed: "embedded again",
  rows: "written again",
};

export const planCommand: Command = {
  name: "plan",
  usage: "plan [PATH…]",
  summary: "show what an ingestion would do, and why",
  options: { verify: { type: "boolean" } },
  help: ["--verify           read and hash files whose size and time have not changed"],
  async run(context) {
    const { terminal, signal, values } = context;
    const sources = await sourcesOf(context);
    const base = await context.open();
    const plan = await base.plan(sources, { signal, verify: values.verify === true });
    const redo = Object.entries(plan.redo)
      .filter(([, count]) => count > 0)
      .map(([stage, count]) => `${count} ${REDO[stage]}`);
    const estimate = await base.estimate(plan, { signal });
    if (context.json) {
      printJson(terminal, {
        estimate,
        counts: plan.counts,
        redo: plan.redo,
        bytes: plan.bytes,
        incomplete: plan.incomplete,
        massDelete: plan.massDelete ?? null,
        items: plan.items.map(({ source, item }) => ({
          action: item.action,
          reason: item.reason,
          sourceId: source.sourceId,
          key: item.key,
          documentId: item.documentId,
        })),
      });
      return EXIT.ok;
    }
    for (const { item } of plan.items.slice(0, 200))
      print(terminal, `  ${SIGNS[item.action]} ${item.key}  ${styled(terminal, "dim", item.reason)}`);
    if (plan.items.length > 200) print(terminal, `  … and ${plan.items.length - 200} more (--json lists all)`);
    print(
      terminal,
      ...table(
        Object.entries(plan.counts)
          .filter(([, count]) => count > 0)
          .map(([action, count]) => [String(count), action]),
        "",
      ),
      plan.items.length === 0 ? "Nothing to do." : `${bytes(plan.bytes)} to read.`,
    );
    if (redo.length > 0) print(terminal, `Because the configuration changed: ${redo.join(", ")}.`);
    if (estimate.documents > 0) {
      const { stages, currency, pages, tokens } = estimate;
      const money = (amount: number): string => (amount === 0 ? "free" : `${amount.toFixed(2)} ${currency}`);
      print(
        terminal,
        `At most ${estimate.documents} documents, ${pages} pages, ${tokens} tokens; about ${duration(estimate.seconds * 1000)}, ${money(estimate.money)}:`,
        ...table(
          Object.entries(stages).map(([stage, { seconds, money: cost }]) => [
            stage,
            duration(seconds * 1000),
            money(cost),
          ]),
        ),
      );
    }
    for (const { sourceId, reason } of plan.incomplete)
      print(
        terminal,
        styled(
          terminal,
          "yellow",
          `Source "${sourceId}" could not be listed to its end (${reason}): nothing will be deleted there.`,
        ),
      );
    if (plan.massDelete !== undefined) {
      print(
        terminal,
        styled(
          terminal,
          "yellow",
          `This would delete ${plan.massDelete.deletes} of ${plan.massDelete.live} documents of "${plan.massDelete.sourceId}": ingest will ask for --allow-mass-delete.`,
        ),
      );
    }
    return EXIT.ok;
  },
};
