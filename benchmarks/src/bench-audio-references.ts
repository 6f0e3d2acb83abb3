import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { ctmWords, jsonWords, textGridWords } from "./bench-audio-truth.ts";
import { normalizedWords, type TimedWord } from "./bench-audio-words.ts";

export interface SpeakerTurn {
  readonly start: number;
  readonly end: number;
  readonly speaker: string;
}

/** What is known of a recording beside its sound. */
export interface AudioReference {
  readonly words?: readonly TimedWord[];
  /** Phrases that must be heard, where there is no whole transcript. */
  readonly phrases?: readonly (readonly string[])[];
  readonly turns?: readonly SpeakerTurn[];
}

const SOUND = /\.(?:wav|mp3|flac|ogg|oga|opus|aiff?|m4a|mp4|aac)$/i;

/**
 * The recordings of a folder with their references. Words with times: `NAME.words.json`, `NAME.json`, `NAME.TextGrid`, `NAME.ctm` or
 * any `*.ctm` that names the recording; words alone: `NAME.txt` or a `*.transcription` of CMU Sphinx; speakers: `NAME.rttm`; or an
 * `expected.json` with phrases.
 */
export async function audioReferences(folder: string): Promise<{ path: string; reference: AudioReference }[]> {
  const names = (await readdir(folder)).sort();
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const sphinx = new Map<string, string>();
  for (const name of names.filter((one) => one.endsWith(".transcription"))) {
    for (const line of (await read(name)).split("\n")) {
      const match = /^(?:<s>)?(.*?)(?:<\/s>)?\s*\(([^)]+)\)\s*$/.exec(line.trim());
      if (match !== null) sphinx.set(match[2]!, match[1]!);
    }
  }
  const phrases = new Map<string, string[]>();
  if (names.includes("expected.json")) {
    for (const entry of JSON.parse(await read("expected.json")) as { file?: string; must_include?: string[] }[]) {
      if (entry.file !== undefined && entry.must_include !== undefined) phrases.set(entry.file, entry.must_include);
    }
  }
  const ctm = new Map<string, TimedWord[]>();
  for (const name of names.filter((one) => one.toLowerCase().endsWith(".ctm"))) {
    for (const [stem, words] of ctmWords(await read(name))) ctm.set(stem, words);
  }
  const timed = async (stem: string): Promise<readonly TimedWord[] | undefined> => {
    for (const name of [`${stem}.words.json`, `${stem}.json`].filter((one) => names.includes(one))) {
      const words = jsonWords(JSON.parse(await read(name)));
      if (words !== undefined) return words;
    }
    const grid = names.find((one) => one.toLowerCase() === `${stem}.textgrid`.toLowerCase());
    return (grid === undefined ? undefined : textGridWords(await read(grid))) ?? ctm.get(stem);
  };
  return Promise.all(
    names
      .filter((name) => SOUND.test(name))
      .map(async (name) => {
        const stem = basename(name, extname(name));
        const transcript = names.includes(`${stem}.txt`) ? await read(`${stem}.txt`) : sphinx.get(stem);
        const words =
          (await timed(stem)) ??
          (transcript === undefined ? undefined : normalizedWords(transcript).map((text) => ({ text })));
        const turns = names.includes(`${stem}.rttm`) ? rttmTurns(await read(`${stem}.rttm`)) : undefined;
        const expected = phrases.get(name)?.map(normalizedWords);
        return {
          path: join(folder, name),
          reference: {
            ...(words === undefined ? {} : { words }),
            ...(turns === undefined ? {} : { turns }),
            ...(expected === undefined ? {} : { phrases: expected }),
          },
        };
      }),
  );
}

function rttmTurns(text: string): SpeakerTurn[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([kind]) => kind === "SPEAKER")
    .map((fields) => ({
      start: Number(fields[3]),
      end: Number(fields[3]) + Number(fields[4]),
      speaker: fields[7]!,
    }));
}
