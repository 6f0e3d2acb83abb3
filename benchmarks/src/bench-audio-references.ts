import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { normalizedWords, type TimedWord, timedWords } from "./bench-audio-words.ts";

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

interface TimedTranscript {
  readonly results?: {
    readonly items?: readonly {
      readonly start_time?: string;
      readonly alternatives?: readonly { readonly content: string }[];
    }[];
  };
  readonly SpeechSegments?: readonly {
    readonly WordConfidence?: readonly { readonly Text: string; readonly StartTime: number }[];
  }[];
}

/** Words of a transcript as Amazon Transcribe or its post-call analytics writes it. */
function transcriptWords(json: TimedTranscript): TimedWord[] | undefined {
  const items = json.results?.items?.flatMap(({ start_time, alternatives }) =>
    start_time === undefined ? [] : [{ text: alternatives?.[0]?.content ?? "", startMs: Number(start_time) * 1_000 }],
  );
  const segments = json.SpeechSegments?.flatMap(({ WordConfidence = [] }) =>
    WordConfidence.map(({ Text, StartTime }) => ({ text: Text, startMs: StartTime * 1_000 })),
  );
  const words = items ?? segments;
  return words === undefined ? undefined : timedWords(words);
}

/**
 * The recordings of a folder with their references: `NAME.txt`, `NAME.json` (Transcribe), `NAME.rttm`, a `*.transcription` of
 * CMU Sphinx, or an `expected.json` with phrases.
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
  return Promise.all(
    names
      .filter((name) => SOUND.test(name))
      .map(async (name) => {
        const stem = basename(name, extname(name));
        const transcript = names.includes(`${stem}.txt`) ? await read(`${stem}.txt`) : sphinx.get(stem);
        const words = names.includes(`${stem}.json`)
          ? transcriptWords(JSON.parse(await read(`${stem}.json`)) as TimedTranscript)
          : transcript === undefined
            ? undefined
            : normalizedWords(transcript).map((text) => ({ text }));
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
