import { setImmediate } from "node:timers/promises";
import { type CallOptions, type PiiFinding, throwIfAborted } from "@groundwork/contracts";
import { type Block, blocksOf } from "./blocks.ts";
import type { Candidate } from "./candidate.ts";
import type { TokenClassifier } from "./classifier/token-classifier.ts";
import type { ResolvedOptions } from "./detector-options.ts";
import { ENTITY_TYPES, findEntities } from "./entities/find-entities.ts";
import { addEvidence } from "./entities/model-evidence.ts";
import { modelWindows } from "./entities/model-windows.ts";
import { type Scan, scanText } from "./entities/scan.ts";
import { findPrivateKeys } from "./find-private-keys.ts";
import { Lexicon } from "./lexicon/lexicon.ts";
import { resolveConflicts } from "./resolve-conflicts.ts";

/** Characters whose windows the model reads together; their tokens are held meanwhile. */
const CHARACTERS_PER_ROUND = 65_536;

interface Pending {
  readonly block: Block;
  readonly candidates: Candidate[];
  readonly scan: Scan;
}

/** Findings of each text: rules and entities, with the model's evidence where a classifier is given. */
export async function detectTexts(
  texts: readonly string[],
  options: ResolvedOptions,
  { signal, language }: CallOptions & { readonly language?: string | undefined },
  classifier?: () => Promise<TokenClassifier>,
): Promise<PiiFinding[][]> {
  const candidates = texts.map((): Candidate[] => []);
  const findsEntities = ENTITY_TYPES.some(options.wants);
  const lexicon = findsEntities ? Lexicon.shared : undefined;
  let pending: Pending[] = [];
  let characters = 0;

  const flush = async (): Promise<void> => {
    if (classifier !== undefined) await readByModel(pending, classifier, signal);
    for (const { block, scan, candidates: target } of pending)
      keepOwn(findEntities(scan, lexicon!, classifier === undefined ? "rules" : "classifier"), block, target);
    pending = [];
    await setImmediate();
    throwIfAborted(signal, { driver: "pii-local" });
  };

  throwIfAborted(signal, { driver: "pii-local" });
  for (const [index, text] of texts.entries()) {
    const target = candidates[index]!;
    if (text === "") continue;
    if (text.includes("-----BEGIN ")) for (const key of findPrivateKeys(text)) target.push(key);
    for (const block of blocksOf(text)) {
      const part = block.start === 0 && block.end === text.length ? text : text.slice(block.start, block.end);
      for (const recognizer of options.recognizers) {
        const found: Candidate[] = [];
        for (const span of recognizer.find(part, { language })) found.push({ ...span, detector: recognizer.name });
        keepOwn(found, block, target);
      }
      if (lexicon !== undefined) pending.push({ block, candidates: target, scan: scanText(part, lexicon) });
      characters += part.length;
      if (characters >= CHARACTERS_PER_ROUND) {
        characters = 0;
        await flush();
      }
    }
  }
  await flush();
  const { wants, minimumScore } = options;
  return candidates.map((found) =>
    resolveConflicts(
      found.filter(({ type, score, start, end }) => wants(type) && score >= minimumScore && end > start),
    ),
  );
}

/** Moves spans to their place in the text; those that begin in a neighbouring block are its own. */
function keepOwn(found: readonly Candidate[], { start, ownStart, ownEnd }: Block, target: Candidate[]): void {
  for (const candidate of found) {
    const from = candidate.start + start;
    if (from >= ownStart && from < ownEnd) target.push({ ...candidate, start: from, end: candidate.end + start });
  }
}

async function readByModel(
  pending: readonly Pending[],
  open: () => Promise<TokenClassifier>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const windows = pending.flatMap(({ scan }) => modelWindows(scan).map((window) => ({ scan, ...window })));
  if (windows.length === 0) return;
  const classifier = await open();
  const labels = await classifier.classify(
    windows.map(({ scan, from, to }) => scan.text.slice(from, to)),
    () => throwIfAborted(signal, { driver: "pii-local" }),
  );
  windows.forEach(({ scan, from }, index) => {
    addEvidence(scan, labels[index]!, classifier.types, from);
  });
}
