import { countingContent } from "@groundwork/testing/extractor-suite";
import { describe, expect, test } from "vitest";
import { mayBeDelimited, sniffDelimitedText } from "../src/delimited-text.ts";
import { detectCharset, detectContentCharset, detectMediaType } from "../src/index.ts";
import { confirmedTextType, textMediaType } from "../src/text-media-type.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const SENTENCE = "Managers, as a rule, approve travel; they do so in writing.\n";
const PROSE = `${SENTENCE}Staff keep receipts.\nA receipt names the day, the place, the sum and the payee.\n`.repeat(
  70,
);

const TEXTS: Readonly<Record<string, string>> = {
  prose: PROSE,
  "short prose": "Hello",
  "prose in quotes": `"${PROSE}"`,
  "prose after a long comment": `<!-- ${"x".repeat(5_000)} -->\n${PROSE}`,
  "prose after many blank lines": `${"\n".repeat(3_000)}${PROSE}`,
  "a page": `<!doctype html><html><body>${PROSE}</body></html>`,
  "a page after a comment": `<!-- ${"x".repeat(5_000)} --><html><body>${PROSE}</body></html>`,
  "a fragment": `<div><p>${PROSE}</p></div>`,
  XML: `<?xml version="1.0"?><orders>${PROSE}</orders>`,
  JSON: `{"text": ${JSON.stringify(PROSE)}, "a": [1, 2], "b": {"c": null}}`,
  "JSON after blanks": `\n\n  [1, 2, ${JSON.stringify(PROSE)}, {"a": 1, "b": 2, "c": 3}]`,
  "JSON lines": '{"a": 1, "b": 2}\n'.repeat(100),
  "a link in brackets": `[See the policy](https://example.org)\n${PROSE}`,
  mail: `From: a@example.org\nTo: b@example.org\nSubject: x\nDate: today\n\n${PROSE}`,
  "a field that is none of a mail": `Note: this is prose.\n${PROSE}`,
  mbox: `From a@example.org Mon Jun 01 10:00:00 2009\nSubject: x\n\n${PROSE}`,
  RTF: `{\\rtf1\\ansi ${PROSE}}`,
  subtitles: `1\n00:00:00,000 --> 00:00:01,000\n${PROSE}`,
  WebVTT: `WEBVTT\n\n00:00.000 --> 00:01.000\n${PROSE}`,
  calendar: `BEGIN:VCALENDAR\n${PROSE}`,
  CSV: "id,name,city\n1,Ann,Oslo\n".repeat(100),
  "CSV in quotes": 'id,"name, first",city\n"1","A ""x"", y",Oslo\n'.repeat(100),
  "CSV after a few lines of prose": `${SENTENCE.repeat(3)}${"1,Ann,Oslo\n".repeat(100)}`,
  "CSV of 80 in 100": `${"no delimiter\n".repeat(12)}${"1,Ann,Oslo\n".repeat(48)}`,
  TSV: "id\tname\n1\tAnn\n".repeat(100),
  "paragraphs with numbers":
    `11.1.1\tThis chapter applies to persons who make a disclosure.\n(a)\tA listed entity.\n`.repeat(60),
  "bars without a name": "a|b|c\n1|2|3\n".repeat(40),
  "a table in Markdown": `| a | b |\n| --- | --- |\n${"| 1 | 2 |\n".repeat(40)}`,
  Markdown: `# Title\n\nSee [a](b) and **this**.\n\n${PROSE}`,
  "letters beyond ASCII": `Größe, 日本語, naïve\n${PROSE}`,
};

describe("what the opening confirms is what the whole head says", () => {
  for (const [name, text] of Object.entries(TEXTS))
    test(name, async () => {
      const bytes = utf8(text);
      const opening = text.slice(0, 1_024);
      for (const fileName of ["a.txt", "a.md", "a.csv", "a", "a.log"]) {
        const whole = textMediaType(text, true, fileName, undefined);
        const confirmed = confirmedTextType(opening, bytes, true, fileName, undefined);
        if (confirmed !== undefined) expect(confirmed, fileName).toEqual(whole);
        expect(await detectMediaType(bytes, { fileName })).toEqual({ ...whole, charset: "utf-8" });
        expect((await detectMediaType(countingContent({ bytes }), { fileName })).mediaType).toBe(whole.mediaType);
      }
    });

  test("prose and Markdown are confirmed, nothing else", () => {
    const confirmed = (text: string, fileName: string): string | undefined =>
      confirmedTextType(text.slice(0, 1_024), utf8(text), true, fileName, undefined)?.mediaType;
    expect(confirmed(PROSE, "a.txt")).toBe("text/plain");
    expect(confirmed(PROSE, "a.md")).toBe("text/markdown");
    expect(confirmed(TEXTS["CSV in quotes"]!, "a.txt")).toBeUndefined();
    expect(confirmed(PROSE, "a.csv")).toBeUndefined();
    expect(confirmed(PROSE, "a")).toBeUndefined();
  });
});

test("what may be delimited is never less than what is", () => {
  for (const text of Object.values(TEXTS)) {
    const confidence = sniffDelimitedText(text, true)?.confidence ?? 0;
    if (confidence >= 0.8) expect(mayBeDelimited(utf8(text), true)).toBe(true);
  }
  expect(mayBeDelimited(utf8(PROSE), true)).toBe(false);
});

test("paragraphs that have their numbers before a tab are prose, also in long documents; pairs of values are none", async () => {
  const detected = async (text: string, fileName: string): Promise<string> =>
    (await detectMediaType(utf8(text), { fileName })).mediaType;
  const numbered = TEXTS["paragraphs with numbers"]!;
  expect(await detected(numbered, "rules.txt")).toBe("text/plain");
  expect(await detected(numbered, "rules")).toBe("text/plain");
  expect(await detected(numbered, "rules.tsv")).toBe("text/tab-separated-values");
  expect(await detected(TEXTS.TSV!, "names.txt")).toBe("text/tab-separated-values");
});

describe("UTF-8", () => {
  const text = "Grüße, 日本語, 👍 ".repeat(20);
  test("cut in the middle of a character, at any offset in its buffer", () => {
    const bytes = utf8(text);
    for (let start = 0; start < 5; start++) {
      const copy = new Uint8Array(bytes.length + start);
      copy.set(bytes, start);
      for (let end = bytes.length - 8; end <= bytes.length; end++)
        expect(detectCharset(copy.subarray(start, start + end))).toEqual({
          charset: "utf-8",
          confidence: 1,
          bomBytes: 0,
        });
    }
  });
  test("a byte that starts no character is not taken for a cut one", () => {
    for (const last of [[0xc0], [0xe0, 0x80], [0xff], [0xf5, 0x80]])
      expect(detectCharset(Uint8Array.from([...utf8("plain text ".repeat(10)), ...last]))).not.toMatchObject({
        charset: "utf-8",
        confidence: 1,
      });
  });
  test("controls are found wherever they stand", () => {
    for (let at = 0; at < 9; at++) {
      const bytes = utf8("abcdefghi");
      bytes[at] = 0x01;
      expect(detectCharset(bytes)).toMatchObject({ charset: undefined, refused: "binary" });
      bytes[at] = 0x7f;
      expect(detectCharset(bytes)).toMatchObject({ charset: undefined, refused: "binary" });
      bytes[at] = 0x09;
      expect(detectCharset(bytes)).toMatchObject({ charset: "utf-8", confidence: 1 });
    }
  });
  test("of a content", async () => {
    expect(await detectContentCharset(countingContent({ bytes: utf8(text) }))).toMatchObject({ charset: "utf-8" });
  });
});
