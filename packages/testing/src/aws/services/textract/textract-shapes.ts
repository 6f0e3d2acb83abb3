import { blob, integer, list, type StructureShape, string, structure } from "../../shape.ts";

export const FEATURE_TYPES = ["TABLES", "FORMS", "QUERIES", "SIGNATURES", "LAYOUT"] as const;
export type TextractFeature = (typeof FEATURE_TYPES)[number];

const objectName = string({ min: 1, max: 1024, pattern: /\S/ });
const bucket = string({ min: 3, max: 255, pattern: /^[0-9A-Za-z.\-_]*$/ });
const s3Object = structure({ Bucket: bucket, Name: objectName, Version: objectName });
// What is wrong with the bytes (none, too many) is answered with the exceptions of documents.
const document = structure({ Bytes: blob, S3Object: s3Object });
const features = list(string({ values: FEATURE_TYPES }));
const pages = list(string({ min: 1, max: 9, pattern: /^[0-9*-]+$/ }), { min: 1 });
const queryText = string({ min: 1, max: 200, pattern: /^[a-zA-Z0-9\s!"#$%'&()*+,\-./:;=?@[\\\]^_`{|}~><]+$/ });
const queries = structure(
  { Queries: list(structure({ Text: queryText, Alias: queryText, Pages: pages }, ["Text"]), { min: 1 }) },
  ["Queries"],
);
const adapters = structure(
  {
    Adapters: list(
      structure(
        {
          AdapterId: string({ min: 12, max: 1011 }),
          Pages: pages,
          Version: string({ min: 1, max: 128 }),
        },
        ["AdapterId", "Version"],
      ),
      { min: 1, max: 100 },
    ),
  },
  ["Adapters"],
);
const humanLoop = structure(
  {
    HumanLoopName: string({ min: 1, max: 63, pattern: /^[a-z0-9](-*[a-z0-9])*$/ }),
    FlowDefinitionArn: string({ max: 256 }),
    DataAttributes: structure({
      ContentClassifiers: list(string({ values: ["FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent"] }), {
        max: 256,
      }),
    }),
  },
  ["HumanLoopName", "FlowDefinitionArn"],
);

export const detectDocumentText: StructureShape = structure({ Document: document }, ["Document"]);
export const analyzeDocument: StructureShape = structure(
  {
    Document: document,
    FeatureTypes: features,
    HumanLoopConfig: humanLoop,
    QueriesConfig: queries,
    AdaptersConfig: adapters,
  },
  ["Document", "FeatureTypes"],
);

const job = {
  DocumentLocation: structure({ S3Object: s3Object }),
  ClientRequestToken: string({ min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ }),
  JobTag: string({ min: 1, max: 64, pattern: /^[a-zA-Z0-9_.\-:]+$/ }),
  NotificationChannel: structure(
    {
      SNSTopicArn: string({ min: 20, max: 1024, pattern: /^arn:([a-z\d-]+):sns:[a-zA-Z\d-]{1,20}:\w{12}:.+$/ }),
      RoleArn: string({
        min: 20,
        max: 2048,
        pattern: /^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/,
      }),
    },
    ["SNSTopicArn", "RoleArn"],
  ),
  OutputConfig: structure({ S3Bucket: bucket, S3Prefix: objectName }, ["S3Bucket"]),
  KMSKeyId: string({ min: 1, max: 2048, pattern: /^[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,2048}$/ }),
};
export const startTextDetection: StructureShape = structure(job, ["DocumentLocation"]);
export const startAnalysis: StructureShape = structure(
  { ...job, FeatureTypes: features, QueriesConfig: queries, AdaptersConfig: adapters },
  ["DocumentLocation", "FeatureTypes"],
);
export const getJob: StructureShape = structure(
  {
    JobId: string({ min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ }),
    MaxResults: integer({ min: 1 }),
    NextToken: string({ min: 1, max: 1024, pattern: /\S/ }),
  },
  ["JobId"],
);
