export { dataQuality } from "./data-quality.ts";
export { encodeDocuments } from "./encode-documents.ts";
export { type EvaluationOptions, evaluateRuleset, RulesetEvaluation } from "./evaluate-ruleset.ts";
export { parseRuleset } from "./parse-ruleset.ts";
export {
  type GateDecision,
  type GateEvaluationOptions,
  type GateTables,
  type QualityGate,
  type QualityGateOptions,
  qualityGate,
} from "./quality-gate.ts";
export type { AnalyzerOutcome, FailingRow, MetricHistory, RuleOutcome, RulesetOutcome } from "./rule-outcome.ts";
export type {
  ComparisonOperator,
  CompositeRule,
  Condition,
  HistoryFunction,
  NumericExpression,
  OnFailure,
  Operand,
  Position,
  Rule,
  RuleNode,
  Ruleset,
  SimpleRule,
} from "./ruleset.ts";
export type { TableSource } from "./table-source.ts";
