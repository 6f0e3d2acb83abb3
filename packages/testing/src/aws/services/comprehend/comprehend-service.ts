import { jsonRpc } from "../../protocols/json-rpc.ts";
import { rpcV2Cbor } from "../../protocols/rpc-v2-cbor.ts";
import type { AwsService } from "../../service.ts";
import { ComprehendAnalysis, type ComprehendFinders } from "./analysis.ts";
import { detectOperations } from "./detect-operations.ts";
import { jobOperations } from "./job-operations.ts";
import type { JobPace } from "./pii-job.ts";

export interface ComprehendOptions extends ComprehendFinders {
  readonly jobs?: JobPace;
}

const TARGET = "Comprehend_20171127";

export function comprehendService(options: ComprehendOptions = {}): AwsService {
  const analysis = new ComprehendAnalysis(options);
  return {
    name: "comprehend",
    signingName: "comprehend",
    protocols: [jsonRpc({ targetPrefix: TARGET, version: "1.1" }), rpcV2Cbor({ service: TARGET })],
    operations: { ...detectOperations(analysis), ...jobOperations(analysis, options.jobs ?? {}) },
  };
}
