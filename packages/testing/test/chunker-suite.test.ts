import {
  type Box,
  type Chunk,
  type Chunker,
  chunkIdOf,
  contentHashOf,
  fingerprintOf,
  isBody,
  type PlacedElement,
  type TextRevision,
} from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { type ChunkerSettings, chunkerCases } from "../src/chunker-suite.ts";
import { failingCases } from "../src/suite-case.ts";

/** Ends of pieces of at most `room` tokens: at blanks where there are any, else between code points. */
function cutPlaces(text: string, room: number, count: (text: string) => number): number[] {
  const ends: number[] = [];
  let start = 0;
  let end = 0;
  let blank = 0;
  for (const character of text) {
    const next = end + character.length;
    if (count(text.slice(start, next)) > room) {
      const cut = blank > start ? blank : end;
      ends.push(cut);
      start = cut;
    }
    end = next;
    if (/\s/.test(character)) blank = next;
  }
  return [...ends, text.length];
}

function boxesOf(element: PlacedElement, start: number, end: number): Box[] {
  return (element.boxes ?? []).flatMap((box) => {
    if (box.start === undefined || box.end === undefined) return [box];
    const from = Math.max(element.charStart + box.start, start);
    const to = Math.min(element.charStart + box.end, end);
    return from < to ? [{ ...box, start: from - start, end: to - start }] : [];
  });
}

interface Draft {
  readonly element: PlacedElement;
  readonly chunk: Chunk;
  readonly revision: TextRevision;
  readonly settings: ChunkerSettings;
}

/** One element after the other, without context: the plainest chunker that keeps the contract. `fault` breaks it. */
function plainChunker(settings: ChunkerSettings, fault?: (draft: Draft) => readonly Chunk[]): Chunker {
  const { tokenCounter, maxTokens } = settings;
  const identity = { name: "plain", revision: "1", options: { maxTokens } };
  const fingerprint = fingerprintOf(identity);
  const count = (text: string): number => tokenCounter.count(text);
  return {
    identity,
    *chunk(revision: TextRevision): Generator<Chunk> {
      let ordinal = 0;
      for (const element of revision.elements.filter((candidate) => isBody(candidate) || fault === furniture)) {
        let from = 0;
        for (const to of cutPlaces(element.text, maxTokens - tokenCounter.specialTokens, count)) {
          const piece = element.text.slice(from, to);
          const start = element.charStart + from + (piece.length - piece.trimStart().length);
          const end = element.charStart + to - (piece.length - piece.trimEnd().length);
          from = to;
          if (end <= start) continue;
          const text = revision.text.slice(start, end);
          const runs = (element.times ?? []).filter(
            (run) => element.charStart + run.start < end && element.charStart + run.end > start,
          );
          const { startMs = element.startMs, endMs = element.endMs } =
            runs.length === 0 ? {} : { startMs: runs[0]!.startMs, endMs: runs[runs.length - 1]!.endMs };
          const chunk: Chunk = {
            chunkId: chunkIdOf(revision.revisionId, fingerprint, ordinal),
            ordinal: ordinal++,
            text,
            charStart: start,
            charEnd: end,
            context: "",
            tokens: count(text) + tokenCounter.specialTokens,
            sectionPath: element.sectionPath,
            boxes: boxesOf(element, start, end),
            ...(startMs === undefined ? {} : { startMs }),
            ...(endMs === undefined ? {} : { endMs }),
            ...(element.location === undefined ? {} : { location: element.location }),
            contentHash: contentHashOf("", text),
          };
          yield* fault?.({ element, chunk, revision, settings }) ?? [chunk];
        }
      }
    },
  };
}

const furniture = ({ chunk }: Draft): Chunk[] => [chunk];

for (const { name, run } of chunkerCases({
  name: "plain",
  create: plainChunker,
  givesContext: false,
  documents: 6,
  budgets: [64],
}))
  test(name, run);

const faults: Record<string, { readonly fault: (draft: Draft) => readonly Chunk[]; readonly caught: string }> = {
  "shifts an offset": {
    fault: ({ chunk }) => [chunk.ordinal === 2 ? { ...chunk, charEnd: chunk.charEnd - 1 } : chunk],
    caught: "each text is a slice",
  },
  "tidies the text": {
    fault: ({ chunk }) => [{ ...chunk, text: chunk.text.replace(/\s+/g, " ") }],
    caught: "each text is a slice",
  },
  "cuts a surrogate pair": {
    fault: ({ chunk, revision }) => {
      const charEnd = /[\udc00-\udfff]$/.test(chunk.text) ? chunk.charEnd - 1 : chunk.charEnd;
      return [{ ...chunk, charEnd, text: revision.text.slice(chunk.charStart, charEnd) }];
    },
    caught: "cut between pairs",
  },
  "forgets the special tokens": {
    fault: ({ chunk }) => [{ ...chunk, tokens: chunk.tokens - 2 }],
    caught: "tokens are exact",
  },
  "goes over the budget": {
    fault: ({ element, chunk, settings: { tokenCounter } }) => {
      const tokens = tokenCounter.count(element.text) + tokenCounter.specialTokens;
      return chunk.charStart > element.charStart + 5
        ? []
        : [{ ...chunk, text: element.text, charStart: element.charStart, charEnd: element.charEnd, tokens }];
    },
    caught: "tokens are exact",
  },
  "loses an element": {
    fault: ({ element, chunk }) => (element.kind === "footnote" ? [] : [chunk]),
    caught: "all body text",
  },
  "keeps page furniture": { fault: furniture, caught: "furniture" },
  "numbers at random": {
    fault: ({ chunk }) => [{ ...chunk, chunkId: `chk_${Math.random()}` }],
    caught: "ids and content hashes",
  },
  "hashes the text alone": {
    fault: ({ chunk }) => [{ ...chunk, contentHash: contentHashOf(chunk.text, "") }],
    caught: "ids and content hashes",
  },
  "leaves boxes where they were": {
    fault: ({ element, chunk }) => [{ ...chunk, boxes: element.boxes ?? [] }],
    caught: "boxes are those of the slice",
  },
  "merges boxes": {
    fault: ({ chunk }) => [{ ...chunk, boxes: chunk.boxes.slice(0, 1) }],
    caught: "boxes are those of the slice",
  },
  "gives each part the times of the whole": {
    fault: ({ element, chunk }) => [
      element.startMs === undefined ? chunk : { ...chunk, startMs: element.startMs, endMs: element.endMs! },
    ],
    caught: "times are those",
  },
  "forgets the sheet": { fault: ({ chunk: { location: _location, ...chunk } }) => [chunk], caught: "sheets, slides" },
  "names a parent that is not there": {
    fault: ({ chunk }) => [{ ...chunk, parentChunk: "chk_none" }],
    caught: "parents hold",
  },
  "is not the same twice": {
    fault: ({ chunk }) => [{ ...chunk, sectionPath: [String(Math.random())] }],
    caught: "the same revision",
  },
};

describe("planted faults are caught", () => {
  for (const [name, { fault, caught }] of Object.entries(faults))
    test(name, async () => {
      const create = (settings: ChunkerSettings): Chunker => plainChunker(settings, fault);
      const failed = await failingCases(
        chunkerCases({ name: "faulty", create, givesContext: false, documents: 10, budgets: [32] }),
      );
      expect(failed.join("; ")).toContain(caught);
    });

  test("gives no context", async () => {
    const failed = await failingCases(
      chunkerCases({ name: "faulty", create: plainChunker, documents: 1, budgets: [64] }),
    );
    expect(failed.join("; ")).toContain("header of a cut table");
    expect(failed.join("; ")).toContain("title and section path");
  });
});
