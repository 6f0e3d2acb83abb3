/** Types of Amazon Comprehend that are the same everywhere. */
const UNIVERSAL = [
  "ADDRESS",
  "AGE",
  "AWS_ACCESS_KEY",
  "AWS_SECRET_KEY",
  "CREDIT_DEBIT_CVV",
  "CREDIT_DEBIT_EXPIRY",
  "CREDIT_DEBIT_NUMBER",
  "DATE_TIME",
  "DRIVER_ID",
  "EMAIL",
  "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
  "IP_ADDRESS",
  "LICENSE_PLATE",
  "MAC_ADDRESS",
  "NAME",
  "PASSWORD",
  "PHONE",
  "PIN",
  "SWIFT_CODE",
  "URL",
  "USERNAME",
  "VEHICLE_IDENTIFICATION_NUMBER",
] as const;

/** Types of Amazon Comprehend that belong to one country. */
const NATIONAL = [
  "BANK_ACCOUNT_NUMBER",
  "BANK_ROUTING",
  "CA_HEALTH_NUMBER",
  "CA_SOCIAL_INSURANCE_NUMBER",
  "IN_AADHAAR",
  "IN_NREGA",
  "IN_PERMANENT_ACCOUNT_NUMBER",
  "IN_VOTER_NUMBER",
  "PASSPORT_NUMBER",
  "SSN",
  "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
  "UK_NATIONAL_INSURANCE_NUMBER",
  "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
  "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
] as const;

/**
 * Beyond Comprehend's taxonomy: identity and tax numbers of other countries (`NATIONAL_ID`, checked where the number has a check
 * digit), dates of birth, organisations, places that are no addresses, nationalities, a person's title or position (beside a name), tokens
 * and private keys (`SECRET`), and wallets.
 */
const FURTHER = [
  "CRYPTO_ADDRESS",
  "DATE_OF_BIRTH",
  "LOCATION",
  "NATIONALITY",
  "NATIONAL_ID",
  "ORGANIZATION",
  "SECRET",
  "TITLE",
] as const;

/** Every type that the detectors of this package find by themselves. Own recognisers add theirs. */
export const PII_TYPES: readonly string[] = [...UNIVERSAL, ...NATIONAL, ...FURTHER];
