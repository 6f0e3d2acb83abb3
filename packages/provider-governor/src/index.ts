export { classifyFailure, type FailureKind, type ProviderFailure } from "./classify-failure.ts";
export { type GovernedEmbedderOptions, governedEmbedder } from "./governed-embedder.ts";
export { type GovernedModelOptions, governedLanguageModel, governedReranker } from "./governed-models.ts";
export { createGovernor, type Governor, type GovernorStatistics } from "./governor.ts";
export { GOVERNOR_CHANNEL, type GovernorEvent } from "./governor-event.ts";
export type { AttemptContext, CallCost, GovernorOptions, ProviderCall, RunOptions } from "./governor-options.ts";
export { type LeaseQuotaOptions, leaseQuota } from "./lease-quota.ts";
export { memoryQuotaStore } from "./memory-quota-store.ts";
export { type ProviderKey, sharedGovernor } from "./shared-governor.ts";
