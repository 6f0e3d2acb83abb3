import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { COMPREHEND_PII_TYPES, type ComprehendPiiOptions, comprehendPii } from "@groundwork/pii-comprehend";
import { rulePii } from "@groundwork/pii-local";
import { piiDetectorCases } from "@groundwork/testing";
import { type FakeAws, fakeAws, findSimplePii } from "@groundwork/testing/aws";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What the fake finds: rules, so that findings depend on the words around a value as those of the service do. */
const rules: PiiDetector = rulePii({ types: COMPREHEND_PII_TYPES, minimumScore: 0.5 });
let aws: FakeAws;

beforeAll(async () => {
  aws = await fakeAws({
    comprehend: { detect: async (text, language) => (await rules.detect([text], { language }))[0]! },
  });
});
afterAll(() => aws.close());

const detector = (options: ComprehendPiiOptions = {}) => {
  const { endpoint, region, credentials } = aws;
  return comprehendPii({ endpoint, region, credentials, ...options });
};

for (const suiteCase of [
  ...piiDetectorCases({ name: "comprehendPii", create: () => detector() }),
  ...piiDetectorCases({ name: "comprehendPii with a gate", create: () => detector({ gate: true }) }),
])
  test(suiteCase.name, suiteCase.run);

const plain = (lists: readonly (readonly PiiFinding[])[]): unknown =>
  lists.map((list) => list.map(({ type, start, end, score }) => [type, start, end, Math.fround(score)]));

const PEOPLE = ["Maria Gonzalez", "Tom Becker", "Jürgen Müller", "José Ñáñez"];
const sentence = (index: number): string => {
  const name = PEOPLE[index % PEOPLE.length]!;
  const script = ["😀👩‍👩‍👧", "שלום עולם", "漢字かな交じり文", "Привет, мир", "𝒳𐍈", "مرحبا"][index % 6]!;
  return [
    `${script} ${name} wrote to user${index}@example.com on 4 March 2021.`,
    `The card is 4111 1111 1111 1111, expiring 04/27; SSN: 536-22-${String(1000 + (index % 9000))}.`,
    `Call +44 20 7946 0958 or visit https://example.org/${index}/page before noon, please.`,
  ][index % 3]!;
};
const textOf = (sentences: number, separator: string, offset = 0): string =>
  Array.from({ length: sentences }, (_, index) => sentence(index + offset)).join(separator);

describe("findings equal those of the detector behind the service", () => {
  const same = async (texts: readonly string[], options: ComprehendPiiOptions = {}): Promise<number> => {
    await using asked = detector(options);
    const [found, expected] = [await asked.detect(texts), await rules.detect(texts, { language: "en" })];
    expect(plain(found)).toEqual(plain(expected));
    return expected.flat().length;
  };

  test("mixed scripts and emoji", async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `${sentence(index)} ${sentence(index + 7)}`);
    expect(await same(texts)).toBeGreaterThan(150);
  });

  test("many small texts, some of them equal", async () => {
    const texts = Array.from({ length: 400 }, (_, index) => `user${index % 90}@example.com`);
    const before = aws.requests.of("DetectPiiEntities").length;
    expect(await same(texts)).toBe(400);
    expect(aws.requests.of("DetectPiiEntities").length - before).toBe(90);
  });

  test.each([
    ["lines", "\n"],
    ["sentences", " "],
  ])("long texts cut at %s", async (_, separator) => {
    expect(await same([textOf(3000, separator), textOf(500, separator, 5)], { maxBytes: 20_000 })).toBeGreaterThan(
      4000,
    );
  });

  test("a text above the limit of the service goes in pieces within it", async () => {
    const text = textOf(4000, " ");
    expect(Buffer.byteLength(text)).toBeGreaterThan(250_000);
    const before = aws.requests.length;
    await same([text]);
    const sent = aws.requests.of("DetectPiiEntities").filter(({ at }) => at > 0);
    expect(aws.requests.length - before).toBeGreaterThanOrEqual(3);
    expect(sent.every(({ status }) => status === 200)).toBe(true);
  });

  test("random texts in many pieces, read by a finder that looks at nothing but the value", async () => {
    await using simple = await fakeAws();
    const { endpoint, region, credentials } = simple;
    await using asked = comprehendPii({ endpoint, region, credentials, maxBytes: 13_000 });
    const random = seededRandom(7);
    const parts = [
      "ana@example.com",
      ";",
      "😀",
      "4111 1111 1111 1111",
      "+44 20 7946 0958",
      "漢字",
      "\ud83d",
      "\u0000",
      "é",
      "𝒳",
      "\r",
    ];
    for (let round = 0; round < 20; round++) {
      let text = "";
      while (text.length < 20_000) text += parts[Math.floor(random.next() * parts.length)];
      const expected = findSimplePii(text.toWellFormed().replaceAll("\0", " "));
      expect(expected.length).toBeGreaterThan(300);
      expect(plain(await asked.detect([text]))).toEqual(plain([expected.map((span) => ({ ...span, detector: "" }))]));
    }
  });

  test("packed texts: the same findings for a fraction of the units", async () => {
    const texts = Array.from({ length: 120 }, (_, index) => `user${index}@example.com or +44 20 7946 ${1000 + index}`);
    await using apart = detector();
    await using packed = detector({ packing: true });
    expect(plain(await packed.detect(texts))).toEqual(plain(await apart.detect(texts)));
    expect(packed.usage().detectUnits).toBeLessThan(apart.usage().detectUnits / 4);
  });
});
