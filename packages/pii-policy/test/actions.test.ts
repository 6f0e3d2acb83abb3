import { expectError } from "@groundwork/testing";
import { describe, expect, test } from "vitest";
import { mask, type PiiPolicy, pseudonymize, redact } from "../src/index.ts";
import { PiiKey } from "../src/pii-key.ts";
import { valueReplacer } from "../src/replace-value.ts";

const KEY = new PiiKey(new Uint8Array(32).fill(7));
const replace = (policy: PiiPolicy, type: string, value: string, score = 1, key = KEY): string =>
  valueReplacer(policy, key)(type, value, score)?.text ?? value;

function luhn(value: string): boolean {
  const digits = [...value.replace(/\D/g, "")].reverse().map(Number);
  return (
    digits.reduce((sum, digit, index) => sum + (index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) %
      10 ===
    0
  );
}

test("each action does what its name says", () => {
  expect(replace(redact(), "SSN", "123-45-6789")).toBe("[SSN]");
  expect(replace(mask(), "SSN", "123-45-6789")).toBe("***-**-****");
  expect(replace(mask({ types: { SSN: { action: "mask", keepLast: 4 } } }), "SSN", "123-45-6789")).toBe("***-**-6789");
  expect(
    replace(mask({ types: { PIN: { action: "mask", keepLast: 4 } } }), "PIN", "1234"),
    "not nearly all of it",
  ).toBe("****");
  expect(replace({ otherwise: "hash" }, "SSN", "123-45-6789")).toMatch(/^\[SSN:[0-9a-f]{12}\]$/);
  expect(replace({ otherwise: "keep" }, "SSN", "123-45-6789")).toBe("123-45-6789");
});

test.each([
  ["DATE_TIME", "2026-03-17", "2026-03"],
  ["DATE_TIME", "March 17, 2026", "2026-03"],
  ["DATE_TIME", "17 Sept. 2025", "2025-09"],
  ["DATE_OF_BIRTH", "03/04/1978", "1978"],
  ["DATE_TIME", "last Tuesday", "[DATE_TIME]"],
  ["AGE", "47 years old", "40-49 years old"],
  ["IP_ADDRESS", "203.0.113.77", "203.0.113.0/24"],
  ["IP_ADDRESS", "2001:db8:aa:1::5", "2001:db8:aa::/48"],
  ["PASSPORT_NUMBER", "X1234567", "[PASSPORT_NUMBER]"],
])("generalised: %s %s is %s", (type, value, expected) => {
  expect(replace({ otherwise: "generalize" }, type, value)).toBe(expected);
});

test("places, organisations and dates are kept by default, and what a detector is unsure of", () => {
  expect(replace(redact(), "LOCATION", "Dublin")).toBe("Dublin");
  expect(replace(redact({ keep: [] }), "LOCATION", "Dublin")).toBe("[LOCATION]");
  expect(replace(redact({ types: { DATE_TIME: "generalize" } }), "DATE_TIME", "2026-03-17")).toBe("2026-03");
  expect(replace(redact(), "NAME", "Ana Ruiz", 0.4)).toBe("Ana Ruiz");
  expect(replace(redact({ types: { NAME: { action: "redact", minimumScore: 0.3 } } }), "NAME", "Ana Ruiz", 0.4)).toBe(
    "[NAME]",
  );
});

describe("pseudonyms", () => {
  const policy = pseudonymize();
  const fake = (type: string, value: string, scope = "default", key = KEY): string =>
    replace(pseudonymize({ scope, keep: [] }), type, value, 1, key);

  test("are the same for the same value, however it is written, and unlike the value", () => {
    expect(fake("SSN", "123-45-6789").replace(/\D/g, "")).toBe(fake("SSN", "123456789"));
    expect(fake("NAME", "MARIA GONZALEZ").toLowerCase()).toBe(fake("NAME", "Maria Gonzalez").toLowerCase());
    expect(fake("EMAIL", "Ana@Example.org")).toBe(fake("EMAIL", "ana@example.org"));
    for (const [type, value] of [
      ["SSN", "123-45-6789"],
      ["NAME", "Maria Gonzalez"],
      ["PHONE", "+1 (202) 456-1111"],
      ["EMAIL", "ana@example.org"],
      ["PASSPORT_NUMBER", "X1234567"],
    ] as const) {
      expect(fake(type, value)).not.toBe(value);
      expect(fake(type, value)).toBe(fake(type, value));
    }
  });

  test("differ between scopes and keys", () => {
    const other = new PiiKey(new Uint8Array(32).fill(8));
    for (const [type, value] of [
      ["SSN", "123-45-6789"],
      ["NAME", "Maria Gonzalez"],
      ["EMAIL", "ana@example.org"],
    ] as const) {
      expect(fake(type, value, "tenant b")).not.toBe(fake(type, value));
      expect(fake(type, value, "default", other)).not.toBe(fake(type, value));
    }
  });

  test("a surname is the same with and without the first name, in its case", () => {
    const [, surname] = fake("NAME", "Maria Gonzalez").split(" ");
    expect(fake("NAME", "Gonzalez")).toBe(surname);
    expect(fake("NAME", "GONZALEZ")).toBe(surname!.toUpperCase());
    expect(fake("NAME", "Dr. Gonzalez")).toBe(`Dr. ${surname}`);
    expect(fake("NAME", "M. Gonzalez")).toMatch(new RegExp(`^[A-Z]\\. ${surname}$`));
  });

  test("keep the form of their type", () => {
    expect(fake("SSN", "123-45-6789")).toMatch(/^9\d\d-\d\d-\d{4}$/);
    expect(fake("PHONE", "(202) 456-1111")).toMatch(/^\([2-9]\d\d\) 555-01\d\d$/);
    expect(fake("PHONE", "+44 20 7946 0958")).toMatch(/^\+44 \d\d \d{4} \d{4}$/);
    expect(fake("EMAIL", "maria@agency.gov")).toMatch(/^[a-z0-9]{10}@example\.com$/);
    const card = fake("CREDIT_DEBIT_NUMBER", "4111 1111 1111 1111");
    expect(card).toMatch(/^9\d{3} \d{4} \d{4} \d{4}$/);
    expect(luhn(card)).toBe(true);
    const iban = fake("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "DE89 3704 0044 0532 0130 00");
    expect(iban).toMatch(/^DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d$/);
    const compact = iban.replace(/ /g, "");
    const moved = `${compact.slice(4)}${compact.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
      String(letter.charCodeAt(0) - 55),
    );
    expect(BigInt(moved) % 97n).toBe(1n);
    expect(fake("IP_ADDRESS", "203.0.113.9")).toMatch(/^10\.\d+\.\d+\.\d+$/);
    expect(fake("MAC_ADDRESS", "00:1A:2B:3C:4D:5E")).toMatch(/^02(:[0-9A-F]{2}){5}$/);
    expect(fake("DRIVER_ID", "D1234-56789")).toMatch(/^[A-Z]\d{4}-\d{5}$/);
    expect(fake("PASSWORD", "hunter2!")).toMatch(/^\[PASSWORD:[0-9a-f]{12}\]$/);
    expect(fake("DATE_OF_BIRTH", "1978-03-04")).toBe("1978-03");
    expect(fake("EMPLOYEE_ID", "E-10442")).toMatch(/^[A-Z]-\d{5}$/);
    expect(fake("NICKNAME", "Bobby")).toMatch(/^\[NICKNAME:/);
    expect(policy.types?.ORGANIZATION).toBe("keep");
  });

  test("two in ten thousand names are hardly ever one", () => {
    const names = new Set(
      Array.from({ length: 10_000 }, (_, index) => fake("NAME", `Person${index.toString(36)} Other${index}`)),
    );
    expect(names.size).toBeGreaterThan(9_950);
  });
});

test("a policy or a key that is none is refused", async () => {
  for (const wrong of [
    { otherwise: "shred" },
    { otherwise: "redact", types: { name: "keep" } },
    { otherwise: "redact", types: { NAME: "nothing" } },
    { otherwise: "redact", minimumScore: 2 },
    { otherwise: "mask", types: { SSN: { action: "mask", keepLast: 9 } } },
  ])
    await expectError(
      async () => redact(wrong as never) && (await import("../src/index.ts")).checkPolicy(wrong as never),
      "INVALID_CONFIGURATION",
    );
  await expectError(async () => new PiiKey(new Uint8Array(16)), "INVALID_CONFIGURATION");
  await expectError(async () => PiiKey.from({ env: "GROUNDWORK_NO_SUCH_VARIABLE" }), "INVALID_CONFIGURATION");
  const error = await expectError(async () => PiiKey.from({ file: "/no/such/file" }), "INVALID_CONFIGURATION");
  expect(error.message).not.toContain("/no/such");
});
