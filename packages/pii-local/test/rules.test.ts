import { describe, expect, test } from "vitest";
import { rulePii } from "../src/index.ts";
import {
  digitsOf,
  isIssuedItin,
  isIssuedSsn,
  passesAba,
  passesBsn,
  passesLuhn,
  passesMod97,
  passesNhs,
  passesNir,
  passesTfn,
  passesUtr,
  passesVerhoeff,
  passesVin,
} from "../src/rules/checksums.ts";

describe("checksums", () => {
  // Published examples and documentation numbers; each is spoilt by one digit below.
  test.each([
    ["Luhn", (value: string) => passesLuhn(digitsOf(value)), "4111111111111111"],
    ["Luhn, Canadian insurance", (value: string) => passesLuhn(digitsOf(value)), "046454286"],
    ["MOD 97-10", passesMod97, "GB82WEST12345698765432"],
    ["ABA", (value: string) => passesAba(digitsOf(value)), "021000021"],
    ["NHS", (value: string) => passesNhs(digitsOf(value)), "9434765919"],
    ["UTR", (value: string) => passesUtr(digitsOf(value)), "1123456789"],
    ["Verhoeff", (value: string) => passesVerhoeff(digitsOf(value)), "234123412346"],
    ["VIN", passesVin, "1HGCM82633A004352"],
    ["BSN", (value: string) => passesBsn(digitsOf(value)), "111222333"],
    ["TFN", (value: string) => passesTfn(digitsOf(value)), "123456782"],
    ["NIR", passesNir, "255081416802538"],
  ])("%s", (_, passes, value) => {
    expect(passes(value)).toBe(true);
    const last = value.length - 2;
    const spoilt = `${value.slice(0, last)}${(Number(value[last]) + 1) % 10}${value.slice(last + 1)}`;
    expect(passes(spoilt)).toBe(false);
  });

  test("numbers that are never issued", () => {
    expect(isIssuedSsn(digitsOf("219-09-9999"))).toBe(true);
    for (const value of ["000-12-3456", "666-12-3456", "900-12-3456", "219-00-9999", "219-09-0000"])
      expect(isIssuedSsn(digitsOf(value)), value).toBe(false);
    expect(isIssuedItin(digitsOf("912-70-1234"))).toBe(true);
    expect(isIssuedItin(digitsOf("912-89-1234"))).toBe(false);
  });
});

const detector = rulePii();

async function found(text: string, type: string): Promise<string[]> {
  const [findings] = await detector.detect([text]);
  return findings!.filter((finding) => finding.type === type).map(({ start, end }) => text.slice(start, end));
}

describe("values and what only looks like one", () => {
  test.each<[type: string, text: string, values: string[]]>([
    [
      "CREDIT_DEBIT_NUMBER",
      "pay 4012 8888 8888 1881 or 378282246310005 today",
      ["4012 8888 8888 1881", "378282246310005"],
    ],
    ["CREDIT_DEBIT_NUMBER", "serial 4012 8888 8888 1882 of the pump", []],
    ["CREDIT_DEBIT_NUMBER", "the number is 4012 8888\n8888 1881, thanks", ["4012 8888\n8888 1881"]],
    [
      "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
      "to FR14 2004 1010 0505 0001 3M02 606 please",
      ["FR14 2004 1010 0505 0001 3M02 606"],
    ],
    ["INTERNATIONAL_BANK_ACCOUNT_NUMBER", "to FR14 2004 1010 0505 0001 3M02 607 please", []],
    [
      "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
      "NL91ABNA0417164300 and de89370400440532013000",
      ["NL91ABNA0417164300", "de89370400440532013000"],
    ],
    ["BANK_ROUTING", "routing no. 011000015", ["011000015"]],
    ["BANK_ROUTING", "the total is 011000015 units", []],
    ["SWIFT_CODE", "SWIFT: DEUTDEFF500", ["DEUTDEFF500"]],
    ["SWIFT_CODE", "IMPORTANT NOTICE ABOUT STANDARD RATES", []],
    ["SSN", "his number 219-09-9999 is on file", ["219-09-9999"]],
    ["SSN", "part 000-12-3456", []],
    ["EMAIL", "Mail <jo+tag@mail.example.org>, or josé@ejemplo.es.", ["jo+tag@mail.example.org", "josé@ejemplo.es"]],
    ["EMAIL", "ping @home and a@b", []],
    [
      "URL",
      "see www.example.org/a_(b), then https://x.example.com/?q=1.",
      ["www.example.org/a_(b)", "https://x.example.com/?q=1"],
    ],
    ["URL", "open report.md and index.ts, e.g. the first", []],
    ["IP_ADDRESS", "from 192.168.0.12 and 2001:db8::ff00:42:8329", ["192.168.0.12", "2001:db8::ff00:42:8329"]],
    ["IP_ADDRESS", "version 1.2.3.4, section 10.20.300.4, at 12:30:45", []],
    ["MAC_ADDRESS", "nic 3c:22:fb:aa:01:9e up", ["3c:22:fb:aa:01:9e"]],
    ["PHONE", "call +49 30 901820 or (202) 456-1111 x99", ["+49 30 901820", "(202) 456-1111 x99"]],
    ["PHONE", "on 2021-03-04 we sold 1,200,000 for 3.141592", []],
    [
      "DATE_TIME",
      "due 31 January 2024, 2024-02-30T10:00:00Z, 3/4/21",
      ["31 January 2024", "2024-02-30T10:00:00Z", "3/4/21"],
    ],
    ["PASSPORT_NUMBER", "Mi número de pasaporte es AAB123456; passport office, room 1234567", ["AAB123456"]],
    ["DATE_OF_BIRTH", "born on 2/7/1961, hired on 3/4/1999; DOB: 1960-01-02", ["2/7/1961", "1960-01-02"]],
    ["DATE_TIME", "am 3. März 2020, le 14 juillet 1998", ["3. März 2020", "14 juillet 1998"]],
    ["DATE_TIME", "rates of 45/67/89 and 2000 units", []],
    ["AGE", "She is 41 years old and turned 41 in May", ["41", "41"]],
    [
      "AWS_SECRET_KEY",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    ],
    [
      "SECRET",
      "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
      ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"],
    ],
    ["PASSWORD", "password: hunter22! and the password is required", ["hunter22!"]],
    ["VEHICLE_IDENTIFICATION_NUMBER", "unit 1M8GDM9AXKP042788 was towed", ["1M8GDM9AXKP042788"]],
    ["IN_AADHAAR", "Aadhaar 2341 2341 2347", []],
    ["UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", "UTR 11234 56789", ["11234 56789"]],
    ["IN_NREGA", "job card WB-08-012-002-003/129", ["WB-08-012-002-003/129"]],
    ["IN_VOTER_NUMBER", "voter id ABC1234567", ["ABC1234567"]],
    ["NATIONAL_ID", "NIF 12345678Z, CPF 390.533.447-05", ["12345678Z", "390.533.447-05"]],
    ["NATIONAL_ID", "NIF 12345678A", []],
    [
      "ADDRESS",
      "write to PO Box 4411, or Unit 7349 Box 6067\nDPO AE 99081",
      ["PO Box 4411", "Unit 7349 Box 6067\nDPO AE 99081"],
    ],
  ])("%s in %j", async (type, text, values) => {
    expect(await found(text, type)).toEqual(values);
  });

  test("a private key is one finding from its first line to its last", async () => {
    const body = Array.from(
      { length: 40 },
      () => "MIIEpAIBAAKCAQEAtZ3eR5s1qk0Q8x7l9v2c4d6f8h0j2k4m6n8p0r2t4v6x8z0B",
    ).join("\n");
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;
    expect(await found(`before\n${key}\nafter`, "SECRET")).toEqual([key]);
  });
});

test.each([
  ["番号は", "です。"],
  ["번호는", "입니다"],
  ["เลขที่", "ครับ"],
  ["الرقم", "هنا"],
])("values beside letters of another script, without a blank: %s", async (before, after) => {
  const values: [type: string, value: string][] = [
    ["EMAIL", "zoe.quill3@example.org"],
    ["URL", "https://example.org/u/7"],
    ["CREDIT_DEBIT_NUMBER", "4111 1111 1111 1111"],
    ["INTERNATIONAL_BANK_ACCOUNT_NUMBER", "DE89370400440532013000"],
    ["IP_ADDRESS", "192.168.10.20"],
    ["PHONE", "+44 20 7946 0958"],
  ];
  const texts = values.map(([, value]) => `${before}${value}${after}`);
  const lists = await rulePii().detect(texts);
  for (const [index, [type, value]] of values.entries()) {
    const found = lists[index]!.find((finding) => finding.type === type);
    expect(texts[index]!.slice(found?.start, found?.end), type).toContain(value);
  }
});
