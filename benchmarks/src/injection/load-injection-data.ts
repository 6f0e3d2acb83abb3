import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadAttackItems } from "./attack-items.ts";
import type { InjectionDocument } from "./injection-document.ts";
import { loadOrdinaryDocuments } from "./ordinary-documents.ts";

/** Sorts folders into sets of labelled items (`SET/items.jsonl.gz`) and ordinary documents, and loads both. */
export async function loadInjectionData(
  folders: readonly string[],
): Promise<{ readonly attacks: InjectionDocument[]; readonly ordinary: InjectionDocument[] }> {
  const labelled: string[] = [];
  const plain: string[] = [];
  for (const folder of folders) {
    const sets = await readdir(folder);
    const files = await Promise.all(sets.map((set) => readdir(join(folder, set)).catch((): string[] => [])));
    (files.some((names) => names.includes("items.jsonl.gz")) ? labelled : plain).push(folder);
  }
  return { attacks: await loadAttackItems(labelled), ordinary: await loadOrdinaryDocuments(plain) };
}
