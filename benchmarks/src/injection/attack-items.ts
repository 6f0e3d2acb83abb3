import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { elementsOfLines, type InjectionDocument } from "./injection-document.ts";

interface AttackItem {
  readonly id: string;
  readonly text: string;
  readonly label: number;
  readonly meta?: {
    readonly task?: string;
    readonly attack?: string;
    readonly position?: string;
    readonly start?: number;
    readonly end?: number;
  };
}

/** Groups of texts that share most of their words: copies of one prompt stay on one side of a split. */
function groupsOf(texts: readonly string[]): number[] {
  const bags = texts.map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu)));
  const group = texts.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (group[root] !== root) root = group[root]!;
    return root;
  };
  for (let one = 0; one < texts.length; one++)
    for (let other = one + 1; other < texts.length; other++) {
      let shared = 0;
      for (const word of bags[one]!) if (bags[other]!.has(word)) shared++;
      if (shared / Math.max(1, Math.min(bags[one]!.size, bags[other]!.size)) > 0.6) group[rootOf(other)] = rootOf(one);
    }
  return group.map((_, index) => rootOf(index));
}

function documentOf(set: string, item: AttackItem, group: string): InjectionDocument {
  const pieces = elementsOfLines(item.text);
  const elements = pieces.map(({ element }) => element);
  const { attack, start, end, task } = item.meta ?? {};
  const name = task === undefined ? set : `${set}-${task}`;
  if (item.label === 0) return { id: item.id, set: name, group, elements };
  if (start === undefined || end === undefined)
    return { id: item.id, set: name, group, attack: attack ?? set, elements };
  const element = pieces.findLastIndex((piece) => piece.start <= start);
  const shift = pieces[element]!.start;
  const span = { element, start: start - shift, end: end - shift };
  return { id: item.id, set: name, group, attack: attack ?? set, elements, span };
}

/** The labelled items of every set in the folders (`SET/items.jsonl.gz`). */
export async function loadAttackItems(folders: readonly string[]): Promise<InjectionDocument[]> {
  const documents: InjectionDocument[] = [];
  for (const folder of folders)
    for (const set of (await readdir(folder)).sort()) {
      const packed = await readFile(join(folder, set, "items.jsonl.gz")).catch(() => undefined);
      if (packed === undefined) continue;
      const items = gunzipSync(packed)
        .toString("utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line) as AttackItem);
      const isPaired = items.some((item) => item.label === 0);
      const groups = isPaired ? [] : groupsOf(items.map((item) => item.text));
      // A context with and without its attack is one group; so are contexts with the same text.
      const contexts = new Map<string, string>();
      for (const [index, item] of items.entries()) {
        const base = item.id.replace(/-(?:clean|inj)$/, "");
        if (isPaired && item.label === 0) contexts.set(base, item.text);
        const group = isPaired ? `${set}:${contexts.get(base) ?? base}` : `${set}:${groups[index]}`;
        documents.push(documentOf(set, item, group));
      }
    }
  return documents;
}
