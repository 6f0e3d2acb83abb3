import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type DocumentFinding, GroundworkError } from "@groundwork/contracts";
import type { Command, CommandContext } from "../command.ts";
import { stringOption } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { sourcesOf } from "../sources-of.ts";
import { print, printJson, styled, table } from "../terminal.ts";

const ACTIONS = ["inventory", "review", "corrections", "check"] as const;

function shareOption(context: CommandContext, name: string): number | undefined {
  const given = stringOption(context, name);
  if (given === undefined) return undefined;
  if (!(Number(given) >= 0 && Number(given) <= 1))
    throw new GroundworkError("INVALID_ARGUMENT", `--${name} needs a number from 0 to 1, found "${given}".`);
  return Number(given);
}

async function manifestOf(context: CommandContext): Promise<AsyncIterable<string>> {
  const [, file] = context.positionals;
  if (file === undefined)
    throw new GroundworkError("INVALID_ARGUMENT", "Name the manifest: groundwork pii corrections MANIFEST.jsonl");
  await stat(file).catch((cause: unknown) => {
    throw new GroundworkError("INVALID_ARGUMENT", `The manifest ${file} cannot be read.`, { cause });
  });
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

function readOptions(context: CommandContext): {
  signal: AbortSignal;
  attribute?: string;
  offsets?: "code-points";
} {
  const attribute = stringOption(context, "attribute");
  return {
    signal: context.signal,
    ...(attribute === undefined ? {} : { attribute }),
    ...(context.values["code-points"] === true ? { offsets: "code-points" as const } : {}),
  };
}

/** Which documents that answer hold which personal data. */
async function inventory(context: CommandContext): Promise<number> {
  const { terminal, signal, values } = context;
  const types = Array.isArray(values.type) ? (values.type as string[]) : undefined;
  const base = await context.open({ create: false });
  const totals = new Map<string, { type: string; action: string; documents: number; values: number }>();
  const held: (DocumentFinding & { readonly key: string })[] = [];
  for await (const finding of base.findings(types === undefined ? {} : { types }, { signal })) {
    const { type, action, count, documentId } = finding;
    const name = `${type} ${action}`;
    const total = totals.get(name) ?? { type, action, documents: 0, values: 0 };
    totals.set(name, { ...total, documents: total.documents + 1, values: total.values + count });
    if (values.documents !== true) continue;
    const document = await base.parts.catalog.getDocument(documentId, { signal });
    held.push({ ...finding, key: document?.key ?? documentId });
  }
  const rows = [...totals.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  if (context.json) {
    printJson(terminal, values.documents === true ? { types: rows, documents: held } : { types: rows });
    return EXIT.ok;
  }
  if (rows.length === 0) {
    print(
      terminal,
      context.configuration.pii === undefined
        ? "Nobody has looked for personal data: the configuration names no detectors (pii)."
        : "No personal data is known in what answers now.",
    );
    return EXIT.nothing;
  }
  print(
    terminal,
    ...table([
      ["type", "action", "documents", "values"],
      ...rows.map(({ type, action, documents, values: found }) => [type, action, String(documents), String(found)]),
    ]),
  );
  if (held.length > 0)
    print(
      terminal,
      "",
      ...table([
        ["type", "action", "values", "document"],
        ...held.map(({ type, action, count, key }) => [type, action, String(count), key]),
      ]),
    );
  return EXIT.ok;
}

/** Writes what detectors are in doubt about, for people to look at. */
async function review(context: CommandContext): Promise<number> {
  const { terminal, signal, configuration, path, positionals, values } = context;
  const out = stringOption(context, "out");
  if (out === undefined)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      "Name the file for the texts: --out FILE. It will hold personal data as it is.",
    );
  const sources = await sourcesOf({ ...context, positionals: positionals.slice(1) });
  const maximumScore = shareOption(context, "below");
  const sampleShare = shareOption(context, "sample");
  const types = Array.isArray(values.type) ? (values.type as string[]) : undefined;
  const { labelCategories, manifestLine, reviewPersonalData } = await import("groundwork");
  const found = new Set<string>(types);
  // A file of that name may hold answers: it is replaced when all is there, and not before.
  const unfinished = `${out}.${process.pid}.new`;
  const file = await open(unfinished, "w", 0o600);
  try {
    const counts = await reviewPersonalData({ ...configuration, path }, sources, {
      signal,
      ...(maximumScore === undefined ? {} : { maximumScore }),
      ...(sampleShare === undefined ? {} : { sampleShare }),
      ...(types === undefined ? {} : { types }),
      onCase: async (reviewCase) => {
        for (const { type } of reviewCase.proposed) found.add(type);
        await file.write(`${manifestLine(reviewCase)}\n`);
      },
      onDocument: ({ key, error }) => {
        if (error !== undefined && !context.json)
          print(terminal, styled(terminal, "red", `  ✗ ${key}`), `    ${error.code}: ${error.message}`);
      },
    });
    await file.close();
    await rename(unfinished, out);
    const labels = stringOption(context, "labels");
    if (labels !== undefined && found.size > 0) {
      const categories = await open(labels, "w");
      await categories
        .writeFile(`${JSON.stringify(labelCategories(found), null, 2)}\n`)
        .finally(() => categories.close());
    }
    if (context.json) printJson(terminal, counts);
    else {
      print(terminal, `${counts.cases} texts of ${counts.documents} documents (${counts.failed} could not be read)`);
      if (counts.cases > 0) print(terminal, styled(terminal, "yellow", `${out} holds personal data as it is.`));
    }
    return counts.failed > 0 ? EXIT.partial : EXIT.ok;
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
}

/** Takes over what people said. */
async function corrections(context: CommandContext): Promise<number> {
  const { terminal, configuration, path } = context;
  const { correctPersonalData } = await import("groundwork");
  const report = await correctPersonalData({ ...configuration, path }, await manifestOf(context), readOptions(context));
  if (context.json) printJson(terminal, report);
  else {
    print(
      terminal,
      `${report.reviewed} texts answered, ${report.unreviewed} not, ${report.failed} given up`,
      `${report.confirmed} findings confirmed, ${report.added} added, ${report.rejected} taken away; ${report.unusable} answers of no use`,
      `${report.verdicts} verdicts are kept. The next ingestion reads the documents again.`,
    );
  }
  return EXIT.ok;
}

/** Measures the configured detectors by what people said. */
async function check(context: CommandContext): Promise<number> {
  const { terminal, configuration, path } = context;
  const { checkPersonalData } = await import("groundwork");
  const figures = await checkPersonalData({ ...configuration, path }, await manifestOf(context), readOptions(context));
  if (context.json) printJson(terminal, figures);
  else {
    const share = (value: number): string => value.toFixed(3);
    print(
      terminal,
      ...table([
        ["type", "found", "missed", "wrong"],
        ...figures.types.map(({ type, found, missed, wrong }) => [type, String(found), String(missed), String(wrong)]),
      ]),
      "",
      `${figures.cases} texts: precision ${share(figures.precision)}, recall ${share(figures.recall)}, F2 ${share(figures.f2)}`,
    );
    for (const { caseId, kind, type, start, end } of figures.differences.slice(0, 50))
      print(terminal, `  ${kind.padEnd(6)}  ${type}  text ${caseId}, ${start} to ${end}`);
  }
  const least = shareOption(context, "least") ?? 0;
  return figures.f2 >= least ? EXIT.ok : EXIT.error;
}

export const personalDataCommand: Command = {
  name: "pii",
  usage: "pii inventory | review | corrections | check",
  summary: "where personal data is; doubtful findings for people to look at, and what they say",
  options: {
    out: { type: "string" },
    labels: { type: "string" },
    below: { type: "string" },
    sample: { type: "string" },
    type: { type: "string", multiple: true },
    attribute: { type: "string" },
    "code-points": { type: "boolean" },
    least: { type: "string" },
    documents: { type: "boolean" },
  },
  help: [
    "inventory             how many documents hold which personal data, and what was done with it",
    "  --documents         name the documents",
    "  --type TYPE         this type only; may come several times",
    "review [PATH…]        write a manifest of SageMaker Ground Truth with the texts in doubt",
    "  --out FILE          the manifest; it holds personal data as it is",
    "  --labels FILE       the job's label categories",
    "  --below SCORE       findings with a lower score are in doubt (default 0.7)",
    "  --sample SHARE      this share of the other texts too (default 0)",
    "  --type TYPE         ask about findings of this type only; may come several times",
    "corrections MANIFEST  add the answers to the file that the configuration names (pii.corrections)",
    "check MANIFEST        measure the detectors by the answers",
    "  --least SHARE       fail when F2 is lower",
    "  --attribute NAME    the labeling job's label attribute (default: the last answer)",
    "  --code-points       offsets of labels count code points",
  ],
  async run(context) {
    const [action] = context.positionals;
    switch (action) {
      case "inventory":
        return inventory(context);
      case "review":
        return review(context);
      case "corrections":
        return corrections(context);
      case "check":
        return check(context);
      default:
        throw new GroundworkError("INVALID_ARGUMENT", `Say what to do: groundwork pii ${ACTIONS.join(" | ")}.`);
    }
  },
};
