import { AwsServiceError } from "../../aws-error.ts";
import type { ObjectStore } from "../../object-store.ts";
import type { AwsOperation } from "../../service.ts";
import { checkDocument, type TextractReader, type TextractRequest } from "./textract-reader.ts";
import * as shapes from "./textract-shapes.ts";

type Input = Record<string, unknown>;
export interface S3Location {
  readonly Bucket?: string;
  readonly Name?: string;
}

export const MODEL_VERSION = "1.0";
/** Of one page. */
const MAX_SYNC_QUERIES = 15;

/** Bytes of an object that a request names. */
export function objectBytes(objects: ObjectStore, { Bucket, Name }: S3Location = {}): Uint8Array {
  if (Bucket === undefined || Name === undefined)
    throw new AwsServiceError("InvalidParameterException", "Bucket and name of the object are required.");
  const stored = objects.get(Bucket, Name);
  if (stored === undefined)
    throw new AwsServiceError(
      "InvalidS3ObjectException",
      "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
    );
  return stored.body;
}

/** What a request wants to know, checked for members that belong together. */
export function requestOf(input: Input, key: string | undefined, mostQueries: number): TextractRequest {
  const features = (input.FeatureTypes ?? []) as readonly string[];
  const { Queries: queries = [] } = (input.QueriesConfig ?? {}) as { Queries?: TextractRequest["queries"] };
  if (features.includes("QUERIES") !== queries.length > 0)
    throw new AwsServiceError("InvalidParameterException", "QUERIES and QueriesConfig belong together.");
  if (queries.length > mostQueries)
    throw new AwsServiceError("InvalidParameterException", `At most ${mostQueries} queries are answered.`);
  return { features, queries, ...(key === undefined ? {} : { key }) };
}

/** The operations that answer at once, for one page. */
export function documentOperations(reader: TextractReader): Record<string, AwsOperation> {
  const operation = (version: string, input: AwsOperation["input"]): AwsOperation => ({
    ...(input === undefined ? {} : { input }),
    describe: (given) => {
      const { Bytes, S3Object } = (given.Document ?? {}) as { Bytes?: Uint8Array; S3Object?: S3Location };
      return {
        features: ((given.FeatureTypes ?? []) as readonly string[]).join(" "),
        ...(Bytes === undefined ? {} : { documentBytes: Bytes.length }),
        ...(S3Object?.Name === undefined ? {} : { key: S3Object.Name }),
      };
    },
    async handle(given, { objects, accountId, region }) {
      const { Bytes, S3Object } = given.Document as { Bytes?: Uint8Array; S3Object?: S3Location };
      if ((Bytes === undefined) === (S3Object === undefined))
        throw new AwsServiceError("InvalidParameterException", "Either bytes or an object is required.");
      if (given.FeatureTypes !== undefined && (given.FeatureTypes as readonly string[]).length === 0)
        throw new AwsServiceError("InvalidParameterException", "At least one feature is required.");
      const request = requestOf(given, S3Object?.Name, MAX_SYNC_QUERIES);
      const bytes = Bytes ?? objectBytes(objects, S3Object);
      checkDocument(bytes, { isJob: false });
      const { Blocks = [], pages } = await reader.answer(bytes, request);
      if (pages > 1)
        throw new AwsServiceError("UnsupportedDocumentException", "Request has unsupported document format");
      const loop = given.HumanLoopConfig as { HumanLoopName: string } | undefined;
      return {
        DocumentMetadata: { Pages: pages },
        // Synchronous answers have no page numbers.
        Blocks: Blocks.map(({ Page: _, ...block }) => block),
        [version]: MODEL_VERSION,
        ...(loop === undefined
          ? {}
          : {
              HumanLoopActivationOutput: {
                HumanLoopArn: `arn:aws:sagemaker:${region}:${accountId}:human-loop/${loop.HumanLoopName}`,
                HumanLoopActivationReasons: ["ConditionsEvaluation"],
                HumanLoopActivationConditionsEvaluationResults: "{}",
              },
            }),
      };
    },
  });
  return {
    DetectDocumentText: operation("DetectDocumentTextModelVersion", shapes.detectDocumentText),
    AnalyzeDocument: operation("AnalyzeDocumentModelVersion", shapes.analyzeDocument),
  };
}
