import {
  type CallOptions,
  canonicalJson,
  GroundworkError,
  type StageIdentity,
  stableHash,
} from "@groundwork/contracts";
import { type EvaluationOptions, evaluateRuleset, referencedTables } from "./evaluate-ruleset.ts";
import { parseRuleset } from "./parse-ruleset.ts";
import type { MetricHistory, RuleOutcome, RulesetOutcome } from "./rule-outcome.ts";
import type { OnFailure, Ruleset } from "./ruleset.ts";
import { isRepeatable, type TableSource } from "./table-source.ts";

export interface QualityGateOptions extends Pick<EvaluationOptions, "maxFailingRows" | "maxDistinctValues"> {
  /** Rules on rows of `documents.v1`, as text or parsed. */
  readonly documents?: string | Ruleset;
  /** Rules on rows of `chunks.v1`. A chunk that fails speaks for its document. */
  readonly chunks?: string | Ruleset;
  /** What a rule without the label `onFailure` leads to. @default "warn" */
  readonly onFailure?: OnFailure;
  /** See `evaluateRuleset`. Its default is the service's, this one names the rows that fail. @default "row" */
  readonly compositeRules?: "table" | "row";
  /**
   * Documents that one rule may name. When more of them fail a rule, a warning names only so many, and a quarantine becomes the
   * end of the run: what is kept out is never cut short.
   *
   * @default 100_000
   */
  readonly maxDocuments?: number;
}

export interface GateTables {
  readonly documents?: TableSource;
  readonly chunks?: TableSource;
}

export interface GateEvaluationOptions extends CallOptions {
  /** Earlier values of the metrics. The keys begin with the table: `documents: Dataset.*.RowCount`. */
  readonly history?: MetricHistory;
  /** @default the clock */
  readonly now?: number;
  /**
   * Which rules are evaluated. `row` for one document at a time before it is published, `table` at the end of the run; a rule is
   * one or the other. See `evaluateRuleset`.
   *
   * @default "all"
   */
  readonly rules?: "all" | "row" | "table";
}

/** What to do with what was ingested. */
export interface GateDecision {
  /** The strongest of what follows. */
  readonly action: "pass" | OnFailure;
  /** Ids of documents to warn about, sorted. Those in quarantine are not repeated. */
  readonly warned: readonly string[];
  /** Ids of documents to keep out, sorted. */
  readonly quarantined: readonly string[];
  /** Rules for which the run must not go on. */
  readonly fatal: readonly RuleOutcome[];
  readonly documents?: RulesetOutcome;
  readonly chunks?: RulesetOutcome;
  /** To be kept for {@link GateEvaluationOptions.history}. */
  readonly history: Readonly<Record<string, number>>;
}

export interface QualityGate {
  /** Changes when the rules do. */
  readonly identity: StageIdentity;
  /** The tables that the gate must be given. */
  readonly needs: readonly ("documents" | "chunks")[];
  /**
   * Evaluates the rules and decides. A rule that refers to the other table (`ReferentialIntegrity "document_id"
   * "documents.document_id" = 1.0`) reads it once more: that table must be an array of batches or a function.
   *
   * @throws GroundworkError as `evaluateRuleset`, and `INVALID_ARGUMENT` for a table that is missing.
   */
  evaluate(tables: GateTables, options?: GateEvaluationOptions): Promise<GateDecision>;
}

type TableName = "documents" | "chunks";

const TABLES: readonly TableName[] = ["documents", "chunks"];

/**
 * Decides by rules what happens to documents: those whose rows fail a rule are named (`warn`), kept out (`quarantine`), or the
 * run ends (`fail`). A rule that passes, by its threshold too, leads to nothing. A rule of quarantine that fails without a row to
 * blame (`RowCount > 100`), or that cannot be judged, ends the run.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` for a ruleset that cannot be read.
 */
export function qualityGate(options: QualityGateOptions): QualityGate {
  const { onFailure = "warn", compositeRules = "row", maxDocuments = 100_000, documents, chunks, ...limits } = options;
  const rulesets = new Map<TableName, Ruleset>();
  for (const [name, ruleset] of [["documents", documents] as const, ["chunks", chunks] as const])
    if (ruleset !== undefined) rulesets.set(name, typeof ruleset === "string" ? parseRuleset(ruleset) : ruleset);
  const rules = TABLES.map((name) => rulesets.get(name) ?? null);
  return {
    identity: {
      name: "data-quality",
      revision: "1",
      options: {
        onFailure,
        compositeRules,
        maxDocuments,
        ...limits,
        rules: stableHash(["rules", canonicalJson(rules)], 16),
      },
    },
    needs: TABLES.filter(
      (name) => rulesets.has(name) || [...rulesets.values()].some((own) => referencedTables(own).has(name)),
    ),
    async evaluate(tables, { history, now = Date.now(), rules: scope = "all", signal } = {}) {
      const outcomes = new Map<TableName, RulesetOutcome>();
      const blame = new Blame(maxDocuments);
      for (const [name, ruleset] of rulesets) {
        blame.begin(ruleset.rules.length);
        const outcome = await evaluateRuleset(ruleset, tableOf(tables, name), {
          ...limits,
          compositeRules,
          onFailure,
          now,
          rules: scope,
          signal,
          references: scope === "row" ? {} : referencesOf(ruleset, name, tables),
          ...(history === undefined
            ? {}
            : { history: { read: (key, last, own) => history.read(`${name}: ${key}`, last, own) } }),
          onFailingRow: (rule, { documentId }) => blame.add(rule, documentId),
        });
        blame.judge(outcome.RuleResults);
        outcomes.set(name, outcome);
      }
      return decisionOf(outcomes, blame);
    },
  };
}

function tableOf(tables: GateTables, name: TableName): TableSource {
  const table = tables[name];
  if (table === undefined)
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected the table ${name}, for which the gate has rules, found none.`,
    );
  return table;
}

function referencesOf(ruleset: Ruleset, name: TableName, tables: GateTables): Record<string, TableSource> {
  const references: Record<string, TableSource> = {};
  for (const alias of referencedTables(ruleset)) {
    if (alias !== "documents" && alias !== "chunks") continue;
    const table = tableOf(tables, alias);
    if (!isRepeatable(table))
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `Expected the table ${alias} as an array of batches or as a function, because a rule of ${name} refers to it, found an iterable that can be read once.`,
      );
    references[alias] = table;
  }
  return references;
}

/** Which documents fail which rule, and what follows. */
class Blame {
  readonly warned = new Set<string>();
  readonly quarantined = new Set<string>();
  readonly fatal: RuleOutcome[] = [];
  hasWarning = false;
  readonly #most: number;
  #documents: Set<string>[] = [];
  #isIncomplete: boolean[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins a ruleset of so many rules. */
  begin(rules: number): void {
    this.#documents = Array.from({ length: rules }, () => new Set());
    this.#isIncomplete = new Array<boolean>(rules).fill(false);
  }

  add(rule: number, documentId: string | undefined): void {
    const documents = this.#documents[rule]!;
    if (documentId === undefined || (documents.size >= this.#most && !documents.has(documentId)))
      this.#isIncomplete[rule] = true;
    else documents.add(documentId);
  }

  judge(results: readonly RuleOutcome[]): void {
    for (const outcome of results) {
      if (outcome.Result === "PASS") continue;
      const rule = Number(outcome.Name.slice("Rule_".length)) - 1;
      const documents = this.#documents[rule]!;
      const cannotQuarantine = outcome.Result === "ERROR" || documents.size === 0 || this.#isIncomplete[rule]!;
      if (outcome.onFailure === "fail" || (outcome.onFailure === "quarantine" && cannotQuarantine))
        this.fatal.push(outcome);
      else if (outcome.onFailure === "quarantine") for (const id of documents) this.quarantined.add(id);
      else {
        this.hasWarning = true;
        for (const id of documents) this.warned.add(id);
      }
    }
  }
}

function decisionOf(outcomes: ReadonlyMap<TableName, RulesetOutcome>, blame: Blame): GateDecision {
  const { fatal, quarantined } = blame;
  const warned = [...blame.warned].filter((id) => !quarantined.has(id)).sort();
  const history: Record<string, number> = {};
  for (const [name, outcome] of outcomes)
    for (const [key, value] of Object.entries(outcome.history)) history[`${name}: ${key}`] = value;
  return {
    action: fatal.length > 0 ? "fail" : quarantined.size > 0 ? "quarantine" : blame.hasWarning ? "warn" : "pass",
    warned,
    quarantined: [...quarantined].sort(),
    fatal,
    ...Object.fromEntries(outcomes),
    history,
  };
}
