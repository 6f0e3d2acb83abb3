import { describe, expect, test } from "vitest";
import { timeErrors, timeFigures } from "../src/bench-audio-times.ts";
import { ctmWords, jsonWords, textGridWords } from "../src/bench-audio-truth.ts";

const expected = [
  { text: "first", startMs: 500, endMs: 900 },
  { text: "class", startMs: 900, endMs: 1_250 },
];

describe("layouts of word times", () => {
  test.each([
    [
      "a list",
      [
        { word: "First", start: 0.5, end: 0.9 },
        { word: "class.", start: 0.9, end: 1.25 },
      ],
    ],
    [
      "milliseconds by name",
      {
        words: [
          { text: "First", startMs: 500, endMs: 900 },
          { text: "class", start_ms: 900, end_ms: 1_250 },
        ],
      },
    ],
    [
      "segments",
      {
        segments: [
          { words: [{ word: " first", start: 0.5, end: 0.9 }] },
          { words: [{ word: " class", start: 0.9, duration: 0.35 }] },
        ],
      },
    ],
    [
      "Transcribe",
      {
        results: {
          items: [
            { type: "pronunciation", start_time: "0.5", end_time: "0.9", alternatives: [{ content: "First" }] },
            { type: "pronunciation", start_time: "0.9", end_time: "1.25", alternatives: [{ content: "class" }] },
            { type: "punctuation", alternatives: [{ content: "." }] },
          ],
        },
      },
    ],
    [
      "post-call analytics",
      {
        SpeechSegments: [
          {
            WordConfidence: [
              { Text: "first", StartTime: 0.5, EndTime: 0.9 },
              { Text: "class", StartTime: 0.9, EndTime: 1.25 },
            ],
          },
        ],
      },
    ],
  ])("%s", (_name, json) => {
    expect(jsonWords(json)).toEqual(expected);
  });

  test("other JSON is no truth, a word without a time is one", () => {
    expect(jsonWords({ title: "call" })).toBeUndefined();
    expect(jsonWords([])).toBeUndefined();
    expect(jsonWords({ words: [{ word: "first", start: 0.5, end: null }] })).toEqual([{ text: "first", startMs: 500 }]);
  });

  test("CTM, in any order, of several recordings", () => {
    const words = ctmWords(
      ";; comment\ncall.wav 1 0.90 0.35 class 0.9\ncall.wav 1 0.50 0.40 first 0.8\nother 1 1 1 x\n",
    );
    expect([...words.keys()]).toEqual(["call", "other"]);
    expect(words.get("call")).toEqual(expected);
  });

  test("TextGrid, long and short", () => {
    const long = `File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 1.5\ntiers? <exists>\nsize = 2\nitem []:
  item [1]:\n class = "IntervalTier"\n name = "phones"\n xmin = 0\n xmax = 1.5\n intervals: size = 1\n intervals [1]:\n xmin = 0\n xmax = 1.5\n text = "f"
  item [2]:\n class = "IntervalTier"\n name = "words"\n xmin = 0\n xmax = 1.5\n intervals: size = 3
  intervals [1]:\n xmin = 0\n xmax = 0.5\n text = ""\n intervals [2]:\n xmin = 0.5\n xmax = 0.9\n text = "first"\n intervals [3]:\n xmin = 0.9\n xmax = 1.25\n text = "class"\n`;
    const short =
      '"ooTextFile"\n"TextGrid"\n0\n1.5\n<exists>\n1\n"IntervalTier"\n"words"\n0\n1.5\n3\n0\n0.5\n""\n0.5\n0.9\n"first"\n0.9\n1.25\n"class"\n';
    expect(textGridWords(long)).toEqual(expected);
    expect(textGridWords(short)).toEqual(expected);
    expect(textGridWords(short.replace('"words"', '"phones"'))).toBeUndefined();
  });
});

test("errors of word times, and of utterances by the pauses of the reference", () => {
  const reference = [...expected, { text: "is", startMs: 2_000, endMs: 2_100 }];
  const heard = [
    { text: "first", startMs: 600, endMs: 900 },
    { text: "class", startMs: 880, endMs: 1_300 },
    { text: "is", startMs: 2_300, endMs: 2_400 },
  ];
  const pairs = reference.map((word, index) => [word, heard[index]!] as const);
  const errors = timeErrors(reference, pairs);
  expect(errors).toEqual({ starts: [100, 20, 300], utteranceStarts: [100, 300], utteranceEnds: [50, 300] });
  expect(timeFigures(errors)).toMatchObject({ timeErrorMs: 100, timeErrorP90Ms: 260, timedWords: 3 });
});
