export {
  type Answer,
  GroundworkError,
  type Passage,
  type RetrieveRequest,
  type RetrieveResult,
} from "@groundwork/contracts";
export { labelCategories, manifestLine } from "@groundwork/pii-feedback";
export type {
  Budget,
  IngestProgress,
  IngestReport,
  Plan,
  PlanEstimate,
  PriceTable,
  ReconcileOptions,
  ReconcileReport,
} from "@groundwork/pipeline";
export { type BackupCounts, exportKnowledgeBase, importKnowledgeBase } from "./backup.ts";
export { checkPersonalData } from "./check-personal-data.ts";
export { defineKnowledgeBase, type KnowledgeBaseConfiguration } from "./configuration.ts";
export { type CorrectionsReport, correctPersonalData } from "./correct-personal-data.ts";
export type { IndexState, IndexVersion } from "./index-register.ts";
export { type DocumentView, KnowledgeBase, type KnowledgeBaseStatus } from "./knowledge-base.ts";
export { localExtractors } from "./local-extractors.ts";
export { type OpenedRegister, type OpenOptions, openKnowledgeBase, openRegister } from "./open-knowledge-base.ts";
export type { PiiConfiguration } from "./pii-configuration.ts";
export { type PiiReviewOptions, type ReviewedDocument, reviewPersonalData } from "./review-personal-data.ts";
