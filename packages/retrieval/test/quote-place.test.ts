import { type DocumentElement, placeElements, type TextRevision } from "@groundwork/contracts";
import { randomRevision } from "@groundwork/testing/random-revision";
import { seededRandom } from "@groundwork/testing/seeded-random";
import { describe, expect, test } from "vitest";
import { elementsIn, placeOf } from "../src/quote-place.ts";

function revisionOf(elements: readonly DocumentElement[]): TextRevision {
  return {
    revisionId: "rev_1",
    documentId: "doc_1",
    version: "v",
    mediaType: "application/pdf",
    metadata: {},
    ...placeElements(elements, "test"),
  };
}

/** A paragraph whose two lines stand on two pages. */
const first = "Managers approve travel ";
const second = "within five days.";
const spanning: DocumentElement = {
  kind: "paragraph",
  text: first + second,
  boxes: [
    { page: 3, left: 0.1, right: 0.9, top: 0.9, bottom: 0.92, start: 0, end: first.length },
    { page: 4, left: 0.1, right: 0.5, top: 0.1, bottom: 0.12, start: first.length, end: first.length + second.length },
  ],
};

describe("where a quote stands", () => {
  const revision = revisionOf([
    { kind: "paragraph", text: "Before." },
    spanning,
    { kind: "paragraph", text: "After." },
  ]);
  const [, element] = revision.elements;
  const placeOfWords = (words: string): ReturnType<typeof placeOf> => {
    const start = revision.text.indexOf(words);
    return placeOf(revision, start, start + words.length);
  };

  test("a quote over a page break cites both pages, the first as its page", () => {
    const place = placeOf(revision, element!.charStart, element!.charEnd);
    expect(place.page).toBe(3);
    expect(place.pages).toEqual([3, 4]);
    expect(place.boxes).toHaveLength(2);
  });

  test("a quote after the page break cites the page it is on, not where its element begins", () => {
    const place = placeOfWords("within five days");
    expect(place.page).toBe(4);
    expect(place.pages).toEqual([4]);
    expect(place.boxes).toHaveLength(1);
    expect(place.boxes[0]).toMatchObject({ page: 4, start: 0, end: 16, left: 0.1 });
    expect(place.boxes[0]!.right).toBeCloseTo(0.1 + (0.4 * 16) / 17);
  });

  test("the box of some words is their part of the line", () => {
    const [box] = placeOfWords("approve").boxes;
    expect(box!.left).toBeCloseTo(0.1 + (0.8 * 9) / 24);
    expect(box!.right).toBeCloseTo(0.1 + (0.8 * 16) / 24);
    expect(box!.top).toBe(0.9);
  });

  test("boxes of a longer quote count from its start", () => {
    const start = element!.charStart - 9;
    const place = placeOf(revision, start, element!.charEnd);
    for (const box of place.boxes) {
      const words = revision.text.slice(start + box.start!, start + box.end!);
      expect([first, second]).toContain(words);
    }
  });

  test("text that runs from right to left narrows from the right", () => {
    const hebrew = revisionOf([
      {
        kind: "paragraph",
        text: "אבגד הוזח",
        boxes: [{ page: 1, left: 0, right: 0.9, top: 0.1, bottom: 0.12, start: 0, end: 9 }],
      },
    ]);
    const [box] = placeOf(hebrew, 0, 4).boxes;
    expect(box!.right).toBeCloseTo(0.9);
    expect(box!.left).toBeCloseTo(0.5);
  });

  test("a box without offsets is kept whole", () => {
    const whole = revisionOf([
      { kind: "paragraph", text: "one two", boxes: [{ page: 2, left: 0, right: 1, top: 0, bottom: 0.1 }] },
    ]);
    expect(placeOf(whole, 4, 7).boxes).toEqual([{ page: 2, left: 0, right: 1, top: 0, bottom: 0.1 }]);
  });

  test("times are those of the words, or of the utterance where words have none", () => {
    const spoken = revisionOf([
      {
        kind: "utterance",
        text: "hello there",
        startMs: 0,
        endMs: 900,
        times: [
          { start: 0, end: 5, startMs: 100, endMs: 300 },
          { start: 6, end: 11, startMs: 400, endMs: 800 },
        ],
      },
      { kind: "utterance", text: "bye", startMs: 1_000, endMs: 1_200 },
    ]);
    expect(placeOf(spoken, 6, 11)).toMatchObject({ startMs: 400, endMs: 800 });
    expect(placeOf(spoken, 6, spoken.text.length)).toMatchObject({ startMs: 400, endMs: 1_200 });
  });

  test("elements are found for every stretch", () => {
    const { elements, text } = revision;
    for (let start = 0; start < text.length; start++)
      for (let end = start + 1; end <= text.length; end++)
        expect(elementsIn(elements, start, end)).toEqual(
          elements.filter((each) => each.charStart < end && each.charEnd > start),
        );
  });
});

test("of any stretch of any document the boxes are parts of its elements' boxes", () => {
  let boxes = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = seededRandom(seed);
    const revision = randomRevision(seed);
    if (revision.text.length < 2) continue;
    for (let round = 0; round < 20; round++) {
      const start = random.integer(0, revision.text.length - 2);
      const end = random.integer(start + 1, Math.min(revision.text.length, start + 400));
      const touched = revision.elements.filter((each) => each.charStart < end && each.charEnd > start);
      const place = placeOf(revision, start, end);
      const known = touched.flatMap((each) => each.boxes ?? []);
      expect(place.pages).toEqual([...new Set(place.boxes.map(({ page }) => page))].sort((a, b) => a - b));
      for (const box of place.boxes) {
        boxes++;
        const inside = known.some(
          (whole) =>
            whole.page === box.page &&
            box.left >= whole.left - 1e-9 &&
            box.right <= whole.right + 1e-9 &&
            box.top === whole.top &&
            box.bottom === whole.bottom,
        );
        expect(inside, `seed ${seed}, ${start} to ${end}`).toBe(true);
        if (box.start === undefined) continue;
        expect(box.start).toBeGreaterThanOrEqual(0);
        expect(box.end!).toBeLessThanOrEqual(end - start);
        expect(box.end!).toBeGreaterThan(box.start);
        expect(box.right).toBeGreaterThan(box.left);
      }
    }
  }
  expect(boxes).toBeGreaterThan(100);
});
