import type { CallOptions } from "@groundwork/contracts";
import type { OnFailure } from "./ruleset.ts";

/** A row that fails a rule, by its ids. Nothing of what is in it. */
export interface FailingRow {
  /** `chunk_id`, else `document_id`, else the number of the row from 0. */
  readonly rowId: string;
  readonly documentId?: string;
}

/** The outcome of one rule. Members with a capital are those of the service's `DataQualityRuleResult`. */
export interface RuleOutcome {
  /** `Rule_1` is the first of the list. */
  readonly Name: string;
  /** The rule as it is written. */
  readonly Description: string;
  /** The rule with the numbers its condition came to. */
  readonly EvaluatedRule: string;
  /** `ERROR`: it cannot be told whether the rule holds. */
  readonly Result: "PASS" | "FAIL" | "ERROR";
  /** Why the rule fails, or what was odd about it. Never text of a row. */
  readonly EvaluationMessage?: string;
  readonly EvaluatedMetrics: Readonly<Record<string, number>>;
  readonly Labels: Readonly<Record<string, string>>;
  /** What the rule's condition was compared with. Of a composite rule absent. */
  readonly value?: number;
  /** Rows that fail, counted to the end. Of a rule that judges no rows 0. */
  readonly failedRows: number;
  /** The first of them. */
  readonly failingRows: readonly FailingRow[];
  /** From the rule's label, else of the ruleset. */
  readonly onFailure: OnFailure;
}

/** The metrics of one analyzer, as the service's `DataQualityAnalyzerResult`. */
export interface AnalyzerOutcome {
  /** `Analyzer_1` is the first of the list. */
  readonly Name: string;
  readonly Description: string;
  readonly EvaluationMessage?: string;
  readonly EvaluatedMetrics: Readonly<Record<string, number>>;
}

/** The outcome of a ruleset over a table. */
export interface RulesetOutcome {
  readonly RuleResults: readonly RuleOutcome[];
  readonly AnalyzerResults: readonly AnalyzerOutcome[];
  /** Share of the rules that pass, 0..1; 1 without rules. */
  readonly Score: number;
  readonly rows: number;
  /** What {@link MetricHistory} is asked for next time: keep each value under its key. */
  readonly history: Readonly<Record<string, number>>;
}

/** Earlier values of metrics, kept by the caller. */
export interface MetricHistory {
  /**
   * The last values under a key of {@link RulesetOutcome.history}, the newest first.
   *
   * @param last Most values to give.
   */
  read(key: string, last: number, options?: CallOptions): readonly number[] | Promise<readonly number[]>;
}
