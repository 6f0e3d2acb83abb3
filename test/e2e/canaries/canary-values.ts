/** A value that stands nowhere else, in the words that come with such a value. None is anybody's. */
export interface Canary {
  /** What is looked for: the value, with a word before it where it is short enough to stand somewhere by chance. */
  readonly value: string;
  readonly sentence: string;
}

/** One of each type that the local detectors know. */
export const CANARIES = {
  ADDRESS: { value: "4417 Wexcombe Street", sentence: "She lives at 4417 Wexcombe Street, Springfield, IL 62704." },
  AGE: { value: "aged 97", sentence: "The claimant is aged 97 and retired." },
  AWS_ACCESS_KEY: { value: "AKIAQZX7NNRTLD5WV2JM", sentence: "The access key AKIAQZX7NNRTLD5WV2JM was found." },
  AWS_SECRET_KEY: {
    value: "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",
    sentence: "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzQ81LmN0pKe5",
  },
  BANK_ACCOUNT_NUMBER: { value: "0047781935", sentence: "The bank account number is 0047781935 there." },
  BANK_ROUTING: { value: "021000021", sentence: "The routing number is 021000021 there." },
  CA_HEALTH_NUMBER: { value: "9876 543 217", sentence: "The Ontario health card number is 9876 543 217." },
  CA_SOCIAL_INSURANCE_NUMBER: {
    value: "046 454 286",
    sentence: "The social insurance number (SIN) is 046 454 286.",
  },
  CREDIT_DEBIT_CVV: { value: "CVV 519", sentence: "The card has the CVV 519 on its back." },
  CREDIT_DEBIT_EXPIRY: { value: "expires 11/31", sentence: "The credit card expires 11/31 at the latest." },
  CREDIT_DEBIT_NUMBER: { value: "4556 7375 8689 9855", sentence: "Paid with credit card 4556 7375 8689 9855." },
  CRYPTO_ADDRESS: {
    value: "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    sentence: "Pay to the wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT.",
  },
  DATE_OF_BIRTH: { value: "23 March 1951", sentence: "Date of birth: 23 March 1951." },
  DATE_TIME: { value: "17 November 2043", sentence: "The meeting is on 17 November 2043 in the hall." },
  DRIVER_ID: { value: "D618-4402-7715", sentence: "His driver's license is D618-4402-7715 of that state." },
  EMAIL: { value: "zquorn@fernsbymail.com", sentence: "Write to zquorn@fernsbymail.com about it." },
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: {
    value: "DE44 5001 0517 5407 3249 31",
    sentence: "Transfer it to IBAN DE44 5001 0517 5407 3249 31.",
  },
  IN_AADHAAR: { value: "2341 2341 2346", sentence: "The Aadhaar number is 2341 2341 2346." },
  IN_NREGA: { value: "RJ-14-001-005-001/467", sentence: "The NREGA job card number is RJ-14-001-005-001/467." },
  IN_PERMANENT_ACCOUNT_NUMBER: {
    value: "ABCPQ1234F",
    sentence: "The permanent account number (PAN) is ABCPQ1234F.",
  },
  IN_VOTER_NUMBER: { value: "QZX1234567", sentence: "The voter ID (EPIC) is QZX1234567." },
  IP_ADDRESS: { value: "198.51.100.177", sentence: "The request came from 198.51.100.177 at night." },
  LICENSE_PLATE: { value: "7QXJ482", sentence: "The license plate 7QXJ482 was seen." },
  LOCATION: { value: "Reykjavik", sentence: "She moved to Reykjavik in the spring." },
  MAC_ADDRESS: { value: "00:1B:44:11:3A:B7", sentence: "The device has the MAC address 00:1B:44:11:3A:B7." },
  NAME: { value: "Zelda Quorn", sentence: "Please send the file to Ms. Zelda Quorn today." },
  NATIONALITY: { value: "Bhutanese", sentence: "He is a Bhutanese citizen." },
  NATIONAL_ID: { value: "RSSMRA85T10A562S", sentence: "Codice fiscale RSSMRA85T10A562S is on the form." },
  ORGANIZATION: { value: "Tessaly Bearings Ltd", sentence: "The order came from Tessaly Bearings Ltd in time." },
  PASSPORT_NUMBER: { value: "548219367", sentence: "The passport number 548219367 was copied." },
  PASSWORD: { value: "tR9!vexil-42q", sentence: "The password: tR9!vexil-42q was written down." },
  PHONE: { value: "+1 614-227-8841", sentence: "Call +1 614-227-8841 before noon." },
  PIN: { value: "PIN 80417", sentence: "The PIN 80417 was changed." },
  SECRET: {
    value: "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    sentence: "The token ghp_16C7e42F292c6912E7710c838347Ae178B4a was used.",
  },
  SSN: { value: "532-81-4907", sentence: "The social security number is 532-81-4907." },
  SWIFT_CODE: { value: "QRNFDEFF815", sentence: "The SWIFT code is QRNFDEFF815 for transfers." },
  TITLE: { value: "file to Ms.", sentence: "Please send the file to Ms. Zelda Quorn today." },
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: { value: "943 476 5919", sentence: "The NHS number is 943 476 5919." },
  UK_NATIONAL_INSURANCE_NUMBER: {
    value: "QQ 12 34 56 C",
    sentence: "The national insurance number is QQ 12 34 56 C.",
  },
  UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER: {
    value: "1955839661",
    sentence: "The unique taxpayer reference (UTR) is 1955839661.",
  },
  URL: {
    value: "https://intranet.fernsbymail.com/u/881",
    sentence: "See https://intranet.fernsbymail.com/u/881 for it.",
  },
  USERNAME: { value: "zq_warden88", sentence: "The username: zq_warden88 is locked." },
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: { value: "912-78-1234", sentence: "The ITIN is 912-78-1234." },
  VEHICLE_IDENTIFICATION_NUMBER: { value: "1HGCM82633A004352", sentence: "The car has the VIN 1HGCM82633A004352." },
} as const satisfies Readonly<Record<string, Canary>>;

export const VALUES: readonly string[] = Object.values(CANARIES).map(({ value }) => value);
export const SENTENCES: readonly string[] = [...new Set(Object.values(CANARIES).map(({ sentence }) => sentence))];

/** Which values are in these bytes, as they are, without what stands between their characters, or as UTF-16. */
export function valuesIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const lower = text.toLowerCase();
  const compact = text.replace(/[ -]/g, "");
  return VALUES.filter(
    (value) =>
      lower.includes(value.toLowerCase()) ||
      (/^\d[\d -]+$/.test(value) && compact.includes(value.replace(/[ -]/g, ""))) ||
      bytes.includes(Buffer.from(value, "utf16le")),
  );
}
