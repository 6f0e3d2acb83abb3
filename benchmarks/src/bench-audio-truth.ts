import { type TimedText, type TimedWord, timedWords } from "./bench-audio-words.ts";

/**
 * Word times of a recording in the layouts they are usually written in. Seconds, unless a name ends in `Ms`, `_ms` or `Millis`:
 *
 * - JSON: `[{ word, start, end }]`, `{ words: [...] }` or `{ segments: [{ words: [...] }] }`; `start` or `end` may be absent;
 *   Amazon Transcribe (`results.items[]`) and its post-call analytics (`SpeechSegments[].WordConfidence[]`);
 * - NIST CTM: `recording channel start duration word`;
 * - Praat TextGrid, long or short: the interval tier named "word" or "words".
 */
export function jsonWords(json: unknown): TimedWord[] | undefined {
  const texts = transcribeTexts(json) ?? analyticsTexts(json) ?? plainTexts(json);
  return texts === undefined ? undefined : timedWords(texts);
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const listIn = (value: unknown, name: string): readonly Fields[] | undefined => {
  const list = isFields(value) ? value[name] : undefined;
  return Array.isArray(list) ? list.filter(isFields) : undefined;
};

/** Milliseconds of the first of these names that is there. */
function timeOf(fields: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    for (const [suffix, unit] of [
      ["", 1_000],
      ["Ms", 1],
      ["_ms", 1],
      ["Millis", 1],
    ] as const) {
      const value = fields[name + suffix];
      if (value === undefined || value === null || value === "") continue;
      const time = Number(value) * unit;
      if (Number.isFinite(time)) return time;
    }
  }
  return undefined;
}

function textOf(fields: Fields, text: string): TimedText {
  const startMs = timeOf(fields, ["start", "start_time", "startTime", "StartTime", "begin", "offset"]);
  const duration = timeOf(fields, ["duration"]);
  const endMs =
    timeOf(fields, ["end", "end_time", "endTime", "EndTime"]) ??
    (startMs === undefined || duration === undefined ? undefined : startMs + duration);
  return { text, ...(startMs === undefined ? {} : { startMs }), ...(endMs === undefined ? {} : { endMs }) };
}

function transcribeTexts(json: unknown): TimedText[] | undefined {
  const items = isFields(json) ? listIn(json.results, "items") : undefined;
  // Punctuation has no times and is no word.
  return items
    ?.filter(({ type, start_time }) => type !== "punctuation" && start_time !== undefined)
    .map((item) => textOf(item, String(listIn(item, "alternatives")?.[0]?.content ?? "")));
}

function analyticsTexts(json: unknown): TimedText[] | undefined {
  return listIn(json, "SpeechSegments")?.flatMap((segment) =>
    (listIn(segment, "WordConfidence") ?? []).map((item) => textOf(item, String(item.Text ?? ""))),
  );
}

function plainTexts(json: unknown): TimedText[] | undefined {
  const words = Array.isArray(json)
    ? json.filter(isFields)
    : (listIn(json, "words") ?? listIn(json, "segments")?.flatMap((segment) => listIn(segment, "words") ?? []));
  const texts = words?.flatMap((fields) => {
    const text = fields.word ?? fields.text ?? fields.label;
    return typeof text === "string" ? [textOf(fields, text)] : [];
  });
  // Other JSON that happens to lie beside the recording is no truth.
  return texts === undefined || texts.length === 0 ? undefined : texts;
}

/** Words of each recording of a CTM file, by the name of the recording without its extension. */
export function ctmWords(text: string): Map<string, TimedWord[]> {
  const texts = new Map<string, TimedText[]>();
  for (const line of text.split("\n")) {
    const [file, channel, start, duration, word] = line.trim().split(/\s+/);
    if (file === undefined || file.startsWith(";;") || channel === undefined || word === undefined) continue;
    const [startMs, lengthMs] = [Number(start) * 1_000, Number(duration) * 1_000];
    if (!Number.isFinite(startMs) || !Number.isFinite(lengthMs)) continue;
    const stem = file.replace(/\.[A-Za-z0-9]{2,4}$/, "");
    texts.set(stem, [...(texts.get(stem) ?? []), { text: word, startMs, endMs: startMs + lengthMs }]);
  }
  return new Map(
    [...texts].map(([stem, words]) => [stem, timedWords(words.sort((a, b) => a.startMs! - b.startMs!))] as const),
  );
}

/** Words of the tier "word" or "words" of a TextGrid. */
export function textGridWords(text: string): TimedWord[] | undefined {
  // Long and short form hold the same values in the same order once the names are gone.
  const values = [...text.matchAll(/"(?:[^"]|"")*"|(?<![\w[])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w\]])/gi)].map(([value]) =>
    value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : Number(value),
  );
  for (let at = 0; at + 1 < values.length; at++) {
    const name = values[at + 1];
    if (values[at] !== "IntervalTier" || typeof name !== "string" || !/^words?\b/i.test(name)) continue;
    const count = Number(values[at + 4]);
    const words: TimedText[] = [];
    for (let index = 0, from = at + 5; index < count; index++, from += 3) {
      const [start, end, label] = [values[from], values[from + 1], values[from + 2]];
      // Labels in brackets and of nothing are pauses and noises.
      if (typeof start === "number" && typeof end === "number" && typeof label === "string") {
        if (/^[^<[({]*\w/.test(label)) words.push({ text: label, startMs: start * 1_000, endMs: end * 1_000 });
      }
    }
    return timedWords(words);
  }
  return undefined;
}
