import { bedrockTokenCounter } from "@groundwork/embed-bedrock";
import { localEmbedder } from "@groundwork/embed-local";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { expect, test } from "vitest";
import { cutText } from "../src/token-estimate.ts";

const counter = bedrockTokenCounter();

/** English policy prose, tables, code, identifiers, and text in other scripts. */
const TEXTS: Readonly<Record<string, string>> = {
  prose:
    "Travel has to be approved by the manager before it is booked. Receipts are kept for seven years; reimbursement follows within thirty days of the claim, unless the finance department asks for further evidence.",
  table: "Region | 2024 | 2025\nEMEA | 4,200.50 | 5,118.00\nAPAC | 3,977.25 | -112.40\n",
  code: "export const total = (items: Item[]): number => items.reduce((sum, { price }) => sum + price * 1.2, 0);",
  identifiers: "INV-2026-000481 DE89370400440532013000 a3f9c2e1-77b0-4c1d-9f55-0d2b6c8e4a10 ana.garcia@example.com",
  uppercase: "THE PARTIES HEREBY AGREE THAT THE AFOREMENTIONED OBLIGATIONS SHALL SURVIVE TERMINATION.",
  french: "L’été dernier, la société a remboursé les frais d’hébergement à l’employé concerné.",
  german: "Die Kraftfahrzeughaftpflichtversicherung übernimmt Schadensersatzansprüche Dritter.",
  russian: "Командировка должна быть согласована с руководителем до бронирования.",
  chinese: "出差前必須由主管批准，並保留收據七年。",
  japanese: "出張は事前に上司の承認が必要です。領収書は七年間保管してください。",
  korean: "출장은 예약 전에 관리자의 승인을 받아야 합니다.",
  emoji: "👍🏽 done 👩‍👩‍👧 ok",
};

test.each(Object.entries(TEXTS))(
  "is no less than what a real tokenizer counts, and not far more: %s",
  async (name, text) => {
    const { tokenCounter, close } = localEmbedder();
    const real = tokenCounter.count(text);
    const estimate = counter.count(text);
    // The local model's tokenizer takes Hangul apart into its letters, which those of multilingual models do not.
    expect(estimate).toBeGreaterThanOrEqual(name === "korean" ? real / 2 : real);
    // A counter that says "one for each byte" would be safe too, and make chunks a quarter of their size.
    if (name === "prose") expect(estimate / real).toBeLessThan(2.2);
    expect(estimate).toBeLessThanOrEqual(Buffer.byteLength(text, "utf8"));
    await close?.();
  },
);

test("counts of parts that a blank parts add up, and ranges are counted as slices are", () => {
  const random = seededRandom(3);
  const all = Object.values(TEXTS).join(" ");
  for (let round = 0; round < 500; round++) {
    const start = random.integer(0, all.length);
    const end = random.integer(start, all.length);
    const a = all.slice(start, end);
    const b = all.slice(0, random.integer(0, 200));
    for (const blank of [" ", "\n", "\t", "\r"])
      expect(counter.count(a + blank + b)).toBe(counter.count(a) + counter.count(b));
    expect(counter.countRange!(all, start, end)).toBe(counter.count(a));
  }
});

test("cuts a text to the most that fits", () => {
  const all = Object.values(TEXTS).join(" ");
  for (const tokens of [1, 2, 7, 50, 333]) {
    const cut = cutText(all, { tokens, characters: 100_000 });
    expect(all.startsWith(cut)).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
    expect(counter.count(cut)).toBeLessThanOrEqual(tokens);
    const [next] = all.slice(cut.length);
    expect(counter.count(cut + all.slice(cut.length, cut.length + 2)), next).toBeGreaterThan(tokens);
  }
  expect(cutText("ab😀", { tokens: 100, characters: 3 })).toBe("ab");
  expect(cutText("ab", { tokens: 100, characters: 100 })).toBe("ab");
});

test("a worker builds it again from its reference", async () => {
  const { module, name } = counter.reference!;
  const { [name]: build } = (await import(module)) as Record<string, () => typeof counter>;
  expect(build!().id).toBe(counter.id);
});
