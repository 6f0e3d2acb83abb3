import { createTokenCounter } from "@groundwork/embed-local";
import { chunkerCases } from "@groundwork/testing/chunker-suite";
import { test } from "vitest";
import { fixedSizeChunker, sentenceChunker, structureChunker } from "../src/index.ts";

const suites = [
  chunkerCases({ name: "structure", create: structureChunker }),
  chunkerCases({
    name: "structure with parents",
    create: (settings) => structureChunker({ ...settings, parents: { maxTokens: settings.maxTokens * 4 } }),
  }),
  chunkerCases({
    name: "structure, WordPiece",
    create: structureChunker,
    tokenCounter: createTokenCounter(),
    budgets: [48, 256],
  }),
  chunkerCases({ name: "sentence", create: sentenceChunker, givesContext: false }),
  chunkerCases({
    name: "three sentences",
    create: (settings) => sentenceChunker({ ...settings, maxSentences: 3 }),
    givesContext: false,
  }),
  chunkerCases({ name: "fixed size", create: fixedSizeChunker, givesContext: false }),
  chunkerCases({
    name: "fixed size with overlap",
    create: (settings) => fixedSizeChunker({ ...settings, overlapTokens: Math.floor(settings.maxTokens / 5) }),
    givesContext: false,
  }),
];

for (const { name, run } of suites.flat()) test(name, run);
