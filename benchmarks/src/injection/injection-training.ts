import { INJECTION_FEATURES } from "@groundwork/content-safety";
import { stableHash } from "@groundwork/contracts";
import { fitSparseLogistic, logitOf, type SparseModel, type SparseRow } from "./fit-sparse-logistic.ts";
import type { InjectionDocument } from "./injection-document.ts";
import { isAttacked, type SegmentRow, segmentRows } from "./segment-rows.ts";
import { WRITTEN_ATTACKS } from "./written-attacks.ts";
import { WRITTEN_ORDINARY } from "./written-ordinary.ts";

export const FOLDS = 15;
/** Documents into which each attack sentence is put for training. */
const INSERTIONS = 4;
/** Longest ordinary document, in elements, into which attacks are put. */
const MOST_ELEMENTS = 60;
/** Sum of the importances of all attacks over that of all ordinary segments. */
const ATTACK_SHARE = 0.15;
const RIDGE = 5e-5;
/** Importance of an ordinary segment that was written for training. */
const WRITTEN_WEIGHT = 15;
/** Rounds in which the telling segments of whole-document attacks are chosen again. */
const ROUNDS = 3;

export function foldOf(text: string): number {
  return Number.parseInt(stableHash([text], 8), 16) % FOLDS;
}

/** A document with its rows, in its fold. */
export interface JudgedDocument {
  readonly document: InjectionDocument;
  readonly rows: readonly SegmentRow[];
  /** Fold by its group, and, of attacks, by their kind. */
  readonly fold: number;
}

/** A row that is an attack for certain. */
export interface AttackRow {
  readonly row: SparseRow;
  readonly kind: string;
  /** Fold of the sentence itself. */
  readonly sentenceFold: number;
  /** Folds in whose training it must not be. */
  readonly folds: readonly number[];
  readonly weight: number;
}

export interface TrainingData {
  readonly judged: readonly JudgedDocument[];
  /** Ordinary rows that are trained on and never judged. */
  readonly written: readonly SparseRow[];
  readonly inserted: readonly AttackRow[];
}

/** Folds of the kinds of attacks: each kind is in one fold as a whole. Kinds of whole prompts are split by group. */
export function kindFolds(documents: readonly InjectionDocument[]): Map<string, number> {
  const labelled = documents.flatMap(({ attack, span }) =>
    attack === undefined || span === undefined ? [] : [attack],
  );
  const folds = new Map([...new Set(labelled)].sort().map((kind, index) => [kind, index % FOLDS]));
  for (const [index, kind] of Object.keys(WRITTEN_ATTACKS).entries()) folds.set(`written:${kind}`, index % FOLDS);
  return folds;
}

/** Puts a sentence into a document as a line of its own or as a part of an element; gives its rows. */
function insertedRows(document: InjectionDocument, sentence: string, seed: number): SegmentRow[] {
  const at = seed % (document.elements.length + 1);
  const elements = [...document.elements];
  const host = elements[at];
  const span = { element: at, start: 0, end: sentence.length };
  if (host?.kind === "table") elements[at] = { ...host, text: `${sentence} | ${host.text}` };
  else if (host !== undefined && seed % 3 === 0) elements[at] = { ...host, text: `${sentence} ${host.text}` };
  else elements.splice(at, 0, { kind: "paragraph", text: sentence });
  return segmentRows(elements).filter((row) => isAttacked(row, span));
}

/** Rows of attack sentences by themselves and in ordinary documents. */
function attackRows(
  sentences: readonly { readonly text: string; readonly kind: string }[],
  hosts: readonly InjectionDocument[],
  folds: ReadonlyMap<string, number>,
): AttackRow[] {
  const found: AttackRow[] = [];
  for (const { text, kind } of sentences) {
    const fold = folds.get(kind)!;
    const sentenceFold = foldOf(text);
    for (const row of segmentRows([{ kind: "paragraph", text }]))
      found.push({ row, kind, sentenceFold, folds: [fold], weight: 1 });
    for (let turn = 0; turn < INSERTIONS; turn++) {
      const seed = Number.parseInt(stableHash([text, String(turn)], 8), 16);
      const host = hosts[seed % hosts.length]!;
      for (const row of insertedRows(host, text, seed >>> 8))
        found.push({ row, kind, sentenceFold, folds: [fold, foldOf(host.group)], weight: 1 });
    }
  }
  return found;
}

export function trainingData(
  attacks: readonly InjectionDocument[],
  ordinary: readonly InjectionDocument[],
): TrainingData {
  const folds = kindFolds(attacks);
  const judged = [...attacks, ...ordinary].map((document): JudgedDocument => {
    const { attack, span, group } = document;
    const fold = attack !== undefined && span !== undefined ? folds.get(attack)! : foldOf(group);
    return { document, rows: segmentRows(document.elements), fold };
  });
  const sentences = new Map<string, string>();
  for (const { attack, span, elements } of attacks)
    if (attack !== undefined && span !== undefined)
      sentences.set(elements[span.element]!.text.slice(span.start, span.end), attack);
  for (const [kind, texts] of Object.entries(WRITTEN_ATTACKS))
    for (const text of texts) sentences.set(text, `written:${kind}`);
  const hosts = ordinary.filter(({ elements }) => elements.length >= 3 && elements.length <= MOST_ELEMENTS);
  const written = Object.values(WRITTEN_ORDINARY).flatMap((texts) => {
    const elements = texts.map((text) => ({ kind: "paragraph" as const, text }));
    // In their document and by themselves.
    return [...segmentRows(elements), ...elements.flatMap((element) => segmentRows([element]))];
  });
  return {
    judged,
    written,
    inserted: attackRows(
      [...sentences].map(([text, kind]) => ({ text, kind })),
      hosts,
      folds,
    ),
  };
}

/** The same data with the written sentences split one by one: others of their kind are trained on. */
export function splitBySentence(data: TrainingData): TrainingData {
  const inserted = data.inserted.map((row) =>
    row.kind.startsWith("written:") ? { ...row, folds: [row.sentenceFold, ...row.folds.slice(1)] } : row,
  );
  return { ...data, inserted };
}

/** Fits the weights on everything but a fold; on everything when no fold is given. */
export function fitWithout({ judged, inserted, written }: TrainingData, fold: number | undefined): SparseModel {
  const heldGroups = new Set(judged.filter((each) => each.fold === fold).map(({ document }) => document.group));
  const used = judged.filter((each) => each.fold !== fold && !heldGroups.has(each.document.group));
  const ordinary: SparseRow[] = [];
  const attacks: { row: SparseRow; weight: number }[] = inserted.filter(
    (each) => fold === undefined || !each.folds.includes(fold),
  );
  const whole: (readonly SegmentRow[])[] = [];
  for (const { document, rows } of used) {
    const { attack, span } = document;
    if (attack !== undefined && span === undefined) whole.push(rows);
    for (const row of attack !== undefined && span === undefined ? [] : rows) {
      if (span !== undefined && isAttacked(row, span)) attacks.push({ row, weight: 2 });
      else ordinary.push(row);
    }
  }
  let model: SparseModel | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const telling = whole.flatMap((rows) => {
      if (model === undefined) return rows.map((row) => ({ row, weight: 1 / rows.length }));
      const known = model;
      const best = rows.toSorted((a, b) => logitOf(known, b) - logitOf(known, a)).slice(0, 2);
      return best.map((row) => ({ row, weight: 0.5 }));
    });
    const positive = [...attacks, ...telling];
    const sum = positive.reduce((total, { weight }) => total + weight, 0);
    const scale = (ATTACK_SHARE * ordinary.length) / sum;
    model = fitSparseLogistic(
      [...ordinary, ...written, ...positive.map(({ row }) => row)],
      [...ordinary.map(() => 0), ...written.map(() => 0), ...positive.map(() => 1)],
      [...ordinary.map(() => 1), ...written.map(() => WRITTEN_WEIGHT), ...positive.map(({ weight }) => weight * scale)],
      INJECTION_FEATURES.length,
      RIDGE,
      model,
    );
  }
  return model!;
}
