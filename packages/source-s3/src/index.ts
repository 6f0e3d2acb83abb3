export { S3_ERRORS } from "./s3-errors.ts";
export { s3Source } from "./s3-source.ts";
export type { S3ObjectFacts, S3SkipReason, S3SourceOptions } from "./s3-source-options.ts";
