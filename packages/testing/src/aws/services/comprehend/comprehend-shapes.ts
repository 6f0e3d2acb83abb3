import { integer, list, type StructureShape, string, structure, timestamp } from "../../shape.ts";

/** Types of personal data that the service knows. */
export const PII_ENTITY_TYPES = [
  "ADDRESS",
  "AGE",
  "AWS_ACCESS_KEY",
  "AWS_SECRET_KEY",
  "BANK_ACCOUNT_NUMBER",
  "BANK_ROUTING",
  "CA_HEALTH_NUMBER",
  "CA_SOCIAL_INSURANCE_NUMBER",
  "CREDIT_DEBIT_CVV",
  "CREDIT_DEBIT_EXPIRY",
  "CREDIT_DEBIT_NUMBER",
  "DATE_TIME",
  "DRIVER_ID",
  "EMAIL",
  "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
  "IN_AADHAAR",
  "IN_NREGA",
  "IN_PERMANENT_ACCOUNT_NUMBER",
  "IN_VOTER_NUMBER",
  "IP_ADDRESS",
  "LICENSE_PLATE",
  "MAC_ADDRESS",
  "NAME",
  "PASSPORT_NUMBER",
  "PASSWORD",
  "PHONE",
  "PIN",
  "SSN",
  "SWIFT_CODE",
  "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
  "UK_NATIONAL_INSURANCE_NUMBER",
  "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
  "URL",
  "USERNAME",
  "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
  "VEHICLE_IDENTIFICATION_NUMBER",
] as const;

export const LANGUAGE_CODES = ["en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"] as const;

const text = string({ min: 1 });
const languageCode = string({ values: LANGUAGE_CODES });
const s3Uri = string({ max: 1024, pattern: /^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/s });
const jobName = string({ min: 1, max: 256, pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-%@]*)$/u });
const jobStatus = string({
  values: ["SUBMITTED", "IN_PROGRESS", "COMPLETED", "FAILED", "STOP_REQUESTED", "STOPPED"],
});

export const detectPii: StructureShape = structure({ Text: string(), LanguageCode: languageCode }, [
  "Text",
  "LanguageCode",
]);
export const detect: StructureShape = structure({ Text: text, LanguageCode: languageCode }, ["Text", "LanguageCode"]);
export const detectEntities: StructureShape = structure({ Text: text, LanguageCode: languageCode });
export const detectLanguage: StructureShape = structure({ Text: text }, ["Text"]);
export const batchDetect: StructureShape = structure({ TextList: list(text, { min: 1 }), LanguageCode: languageCode }, [
  "TextList",
  "LanguageCode",
]);
export const batchDetectLanguage: StructureShape = structure({ TextList: list(text, { min: 1 }) }, ["TextList"]);

export const startJob: StructureShape = structure(
  {
    InputDataConfig: structure(
      { S3Uri: s3Uri, InputFormat: string({ values: ["ONE_DOC_PER_FILE", "ONE_DOC_PER_LINE"] }) },
      ["S3Uri"],
    ),
    OutputDataConfig: structure({ S3Uri: s3Uri, KmsKeyId: string({ max: 2048 }) }, ["S3Uri"]),
    Mode: string({ values: ["ONLY_REDACTION", "ONLY_OFFSETS"] }),
    RedactionConfig: structure({
      PiiEntityTypes: list(string({ values: [...PII_ENTITY_TYPES, "ALL"] })),
      MaskMode: string({ values: ["MASK", "REPLACE_WITH_PII_ENTITY_TYPE"] }),
      MaskCharacter: string({ min: 1, max: 1, pattern: /^[!@#$%&*]$/ }),
    }),
    DataAccessRoleArn: string({ min: 20, max: 2048, pattern: /^arn:aws(-[^:]+)?:iam::[0-9]{12}:role\/.+/ }),
    JobName: jobName,
    LanguageCode: languageCode,
    ClientRequestToken: string({ min: 1, max: 64, pattern: /^[a-zA-Z0-9-]+$/ }),
    Tags: list(structure({ Key: string({ min: 1, max: 128 }), Value: string({ max: 256 }) }, ["Key"])),
  },
  ["InputDataConfig", "OutputDataConfig", "Mode", "DataAccessRoleArn", "LanguageCode"],
);
export const jobById: StructureShape = structure({ JobId: string({ min: 1, max: 32 }) }, ["JobId"]);
export const listJobs: StructureShape = structure({
  Filter: structure({
    JobName: jobName,
    JobStatus: jobStatus,
    SubmitTimeBefore: timestamp,
    SubmitTimeAfter: timestamp,
  }),
  NextToken: string({ min: 1 }),
  MaxResults: integer({ min: 1, max: 500 }),
});
