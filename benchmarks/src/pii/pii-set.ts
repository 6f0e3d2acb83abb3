import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { goldLabel } from "./pii-labels.ts";
import type { LabelledSpan } from "./pii-score.ts";
import { pythonShuffle } from "./python-shuffle.ts";
import { unitOffsets } from "./run-presidio.ts";

export interface PiiItem {
  readonly id: string;
  readonly text: string;
  /** Offsets in UTF-16 units, labels of the common set. */
  readonly gold: readonly LabelledSpan[];
}

export interface PiiSet {
  readonly name: string;
  readonly items: readonly PiiItem[];
}

const FILE = "items.jsonl.gz";
/** The sample of larger sets on which figures are published, and its seed. */
const SAMPLE = 800;
const SEED = 1;

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === FILE)) return [folder];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => foldersOf(join(folder, entry.name))),
  );
  return below.flat().sort();
}

/**
 * Sets of labelled texts: folders that hold `items.jsonl.gz` (`id`, `text`, `spans` of `start`, `end`, `label`), or folders above
 * them. Of a set with more than 800 items, a fixed sample of 800 unless `isWhole`.
 */
export async function loadPiiSets(folders: readonly string[], isWhole: boolean): Promise<PiiSet[]> {
  const found = (await Promise.all(folders.map(foldersOf))).flat();
  return found.map((folder) => {
    const lines = gunzipSync(readFileSync(join(folder, FILE)))
      .toString("utf8")
      .split("\n")
      .filter(Boolean);
    const sample = isWhole || lines.length <= SAMPLE ? lines : pythonShuffle(lines, SEED).slice(0, SAMPLE);
    return { name: basename(folder), items: sample.map(readItem) };
  });
}

function readItem(line: string): PiiItem {
  const { id, text, spans } = JSON.parse(line) as { id: string; text: string; spans: readonly LabelledSpan[] };
  const offsets = unitOffsets(text);
  return {
    id,
    text,
    gold: spans.map(({ start, end, label }) => ({
      start: offsets[start]!,
      end: offsets[end]!,
      label: goldLabel(label),
    })),
  };
}
