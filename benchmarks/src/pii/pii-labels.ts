/** Labels of the data sets, as one common set; what is not listed keeps its name. */
const GOLD: Readonly<Record<string, string>> = {
  GPE: "LOCATION",
  STREET_ADDRESS: "LOCATION",
  ADDRESS: "LOCATION",
  LOC: "LOCATION",
  CITY: "LOCATION",
  COUNTRY: "LOCATION",
  EMAIL: "EMAIL_ADDRESS",
  PHONE: "PHONE_NUMBER",
  SSN: "US_SSN",
  IBAN: "IBAN_CODE",
  DOMAIN_NAME: "URL",
  DATE: "DATE_TIME",
  DOB: "DATE_TIME",
  NAME: "PERSON",
  CREDITCARD: "CREDIT_CARD",
  IP: "IP_ADDRESS",
  AADHAR: "IN_AADHAAR",
  PAN: "IN_PAN",
  VOTER_ID: "IN_VOTER",
  PASSPORT: "US_PASSPORT",
};

/** Types of Amazon Comprehend and ours, as the same set. */
const OURS: Readonly<Record<string, string>> = {
  ADDRESS: "LOCATION",
  BANK_ACCOUNT_NUMBER: "US_BANK_NUMBER",
  BANK_ROUTING: "ABA_ROUTING_NUMBER",
  CREDIT_DEBIT_NUMBER: "CREDIT_CARD",
  CRYPTO_ADDRESS: "CRYPTO",
  DATE_OF_BIRTH: "DATE_TIME",
  DRIVER_ID: "US_DRIVER_LICENSE",
  EMAIL: "EMAIL_ADDRESS",
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: "IBAN_CODE",
  IN_PERMANENT_ACCOUNT_NUMBER: "IN_PAN",
  IN_VOTER_NUMBER: "IN_VOTER",
  NAME: "PERSON",
  NATIONALITY: "NRP",
  PASSPORT_NUMBER: "US_PASSPORT",
  PHONE: "PHONE_NUMBER",
  SSN: "US_SSN",
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: "UK_NHS",
  UK_NATIONAL_INSURANCE_NUMBER: "UK_NINO",
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: "US_ITIN",
};

export const goldLabel = (label: string): string => GOLD[label] ?? label;
export const ourLabel = (type: string): string => OURS[type] ?? type;
