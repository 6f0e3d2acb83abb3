import { jsonRpc } from "../../protocols/json-rpc.ts";
import { rpcV2Cbor } from "../../protocols/rpc-v2-cbor.ts";
import type { AwsService } from "../../service.ts";
import { documentOperations } from "./document-operations.ts";
import { jobOperations, type TextractJobPace } from "./job-operations.ts";
import { type TextractContent, TextractReader } from "./textract-reader.ts";

export interface TextractOptions extends TextractContent {
  readonly jobs?: TextractJobPace;
}

const TARGET = "Textract";

export function textractService(options: TextractOptions = {}): AwsService {
  const reader = new TextractReader(options);
  return {
    name: "textract",
    signingName: "textract",
    protocols: [jsonRpc({ targetPrefix: TARGET, version: "1.1" }), rpcV2Cbor({ service: TARGET })],
    operations: { ...documentOperations(reader), ...jobOperations(reader, options.jobs ?? {}) },
  };
}
