import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TextRevision } from "@groundwork/contracts";
import { loadChunkCorpora } from "../chunk-corpus.ts";
import type { InjectionDocument } from "./injection-document.ts";

function documentOf(set: string, revision: TextRevision, index: number): InjectionDocument {
  const elements = revision.elements.map(({ kind, text }) => ({ kind, text }));
  // Neighbours in a set of passages come from one document.
  return { id: `${set}#${index}`, set, group: `${set}:${index >> 5}`, elements };
}

/** Ordinary documents and passages in the folders, by set. */
export async function loadOrdinaryDocuments(folders: readonly string[]): Promise<InjectionDocument[]> {
  const documents: InjectionDocument[] = [];
  for (const folder of folders)
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!entry.isDirectory()) continue;
      const set = `${basename(folder)}/${entry.name}`;
      for (const corpus of await loadChunkCorpora([join(folder, entry.name)]))
        documents.push(...corpus.revisions.map((revision, index) => documentOf(set, revision, index)));
    }
  return documents;
}
