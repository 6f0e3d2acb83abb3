import {
  decodeChunks,
  isBody,
  type Passage,
  type PlacedElement,
  type ReadOptions,
  type VectorStore,
} from "@groundwork/contracts";
import type { VerifiedPassage } from "./citation.ts";

/** Characters of the surroundings of a passage. */
const EXPANSION = 1_500;

type Parent = NonNullable<Passage["parent"]>;

/** Whether the element lies in the section or opens it. */
function inSection(element: PlacedElement, path: readonly string[]): boolean {
  if (path.every((title, depth) => element.sectionPath[depth] === title)) return true;
  const opens = element.kind === "heading" || element.kind === "title";
  return (
    opens &&
    element.text.replace(/\s+/g, " ") === path[path.length - 1] &&
    path.slice(0, -1).every((title, depth) => element.sectionPath[depth] === title)
  );
}

/** Whole elements around the passage, in turn after and before it, up to the ends of its section or {@link EXPANSION}. */
function neighbours({ row, revision }: VerifiedPassage): Parent {
  const { elements } = revision;
  let first = elements.findIndex((element) => element.charEnd > row.charStart);
  let last = elements.findLastIndex((element) => element.charStart < row.charEnd);
  let start = Math.min(row.charStart, elements[first]?.charStart ?? row.charStart);
  let end = Math.max(row.charEnd, elements[last]?.charEnd ?? row.charEnd);
  // A passage cut out of an element longer than the surroundings stays as it is.
  if (end - start > EXPANSION) return { text: row.text, charStart: row.charStart, charEnd: row.charEnd };
  const open = { before: true, after: true };
  while (open.before || open.after) {
    const after = open.after ? elements[last + 1] : undefined;
    if (after !== undefined && inSection(after, row.sectionPath) && after.charEnd - start <= EXPANSION) {
      last++;
      if (isBody(after)) end = after.charEnd;
    } else open.after = false;
    const before = open.before ? elements[first - 1] : undefined;
    if (before !== undefined && inSection(before, row.sectionPath) && end - before.charStart <= EXPANSION) {
      first--;
      if (isBody(before)) start = before.charStart;
    } else open.before = false;
  }
  return { text: revision.text.slice(start, end), charStart: start, charEnd: end };
}

/** The passage with its surroundings: its parent where the chunker made parents, else its neighbours in the section. */
export async function expand(passage: VerifiedPassage, store: VectorStore, options: ReadOptions): Promise<Parent> {
  const { row, revision } = passage;
  if (row.parentChunk !== undefined) {
    const [parent] = decodeChunks(await store.get([row.parentChunk], options));
    const holds =
      parent !== undefined &&
      parent.revision === row.revision &&
      parent.charStart <= row.charStart &&
      parent.charEnd >= row.charEnd &&
      revision.text.slice(parent.charStart, parent.charEnd) === parent.text;
    if (holds) return { text: parent.text, charStart: parent.charStart, charEnd: parent.charEnd };
  }
  return neighbours(passage);
}
