import { createWriteStream } from "node:fs";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const WORDS =
  "approval receipt travel lodging meal rate limit manager policy card ledger audit refund quarter invoice budget period claim request vendor".split(
    " ",
  );

function sentence(seed: number): string {
  let state = (seed * 2_654_435_761) >>> 0;
  const words = Array.from({ length: 14 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return WORDS[state % WORDS.length]!;
  });
  return `${words.join(" ")} ${seed}.`;
}

/** About 5 KB of plain text in paragraphs, different for each number and edition. */
export function syntheticText(number: number, edition = 0): string {
  return Array.from({ length: 10 }, (_, paragraph) =>
    Array.from({ length: 5 }, (_, index) =>
      sentence(number * 100 + paragraph * 7 + index + (paragraph === 3 ? edition * 1_000_003 : 0)),
    ).join(" "),
  ).join("\n\n");
}

/** A folder of that many documents. */
export async function writeDocuments(root: string, count: number): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (let number = 0; number < count; number++) {
    const path = pathOf(root, number);
    if (number % 500 === 0) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, syntheticText(number));
  }
}

export function pathOf(root: string, number: number): string {
  return join(root, String(Math.floor(number / 500)).padStart(4, "0"), `${String(number).padStart(7, "0")}.txt`);
}

/** Edits one document in a hundred and deletes another. Returns how many were edited. */
export async function changeDocuments(root: string, count: number): Promise<number> {
  let edited = 0;
  for (let number = 0; number < count; number += 100) {
    await writeFile(pathOf(root, number), syntheticText(number, 1));
    const later = new Date(Date.now() + 2_000);
    await utimes(pathOf(root, number), later, later);
    edited++;
    if (number + 50 < count) await rm(pathOf(root, number + 50));
  }
  return edited;
}

/** A table of about so many megabytes. */
export async function writeCsv(path: string, megabytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const rows = function* (): Generator<string> {
    yield "case,day,vendor,amount,reason\n";
    for (let row = 0, bytes = 0; bytes < megabytes * 1_000_000; row++) {
      const line = `${row},2026-0${1 + (row % 9)}-1${row % 9},vendor ${row % 977},${(row * 7) % 10_000}.50,${sentence(row).slice(0, 60)}\n`;
      bytes += line.length;
      yield line;
    }
  };
  await pipeline(Readable.from(rows()), createWriteStream(path));
}
