import type { Block } from "@aws-sdk/client-textract";
import type { DocumentElement } from "@groundwork/contracts";
import { elementOf, placedText } from "./element-text.ts";
import { type FoundField, fieldElement, formFields } from "./form-fields.ts";
import { type Line, PageGraph, type Run, rowsOf, runOf, type Word } from "./page-graph.ts";
import { type LayoutPart, layoutOf, partAt, partElement, positionAmong } from "./page-layout.ts";
import type { Place } from "./place.ts";
import { holdsAnswer, type QueryAnswer, queryAnswers } from "./query-answers.ts";
import { readingOrder } from "./reading-order.ts";
import { tableElement } from "./table-element.ts";
import { asProse, textElements, usualHeight } from "./text-elements.ts";

export interface PageContent {
  readonly elements: readonly DocumentElement[];
  readonly answers: readonly QueryAnswer[];
}

/** What is placed whole: a table with its title, a field, a signature. */
interface Whole {
  readonly elements: readonly DocumentElement[];
  readonly words: readonly Word[];
  readonly upright: Place;
}
/** A line, or what tables and fields left of it. */
interface Rest extends Run {
  readonly line: Line;
}
type Item = Whole | Rest;

/** A field belongs to a table that holds this share of its words, or its key. */
const IN_TABLE = 0.5;
/** Attributes that hold answers and the fields of a table. */
const QUERY_PREFIX = "query.";
const FIELD_PREFIX = "form.";
const MOST_NAME = 200;

const isLine = (item: Item): item is Rest => "line" in item;

/**
 * The elements of one page from the blocks that the service gave for it. Fields of which it is less sure than `minimumFieldConfidence` (0..1) stay the text that
 * they stand in.
 */
export function pageElements(blocks: readonly Block[], page: number, minimumFieldConfidence = 0): PageContent {
  const graph = new PageGraph(blocks);
  const answers = queryAnswers(graph, page);
  const parts = layoutOf(graph);
  const fields = formFields(graph, minimumFieldConfidence).filter((field) => !isHeading(graph, parts, field));
  const owned = new Set<string>();
  const wholes = wholesOf(graph, fields, page, answers, owned);
  const rest = graph.lines.flatMap((line): Rest[] => {
    const words = line.words.filter(({ id }) => !owned.has(id));
    if (words.length === 0) return [];
    return [words.length === line.words.length ? { ...line, line } : { ...runOf(words), line }];
  });
  const usual = usualHeight(rest);
  const elements =
    parts.length > 0
      ? byLayout(graph, parts, wholes, rest, page, answers)
      : byPlace(wholes, rest, usual, page, answers);
  return { elements: elements.filter(({ text }) => text !== ""), answers };
}

/** Whether a key is a heading of the layout, with text below it that the service took for its value. */
function isHeading(graph: PageGraph, parts: readonly LayoutPart[], { keyWords, words }: FoundField): boolean {
  const partOf = (word: Word | undefined): LayoutPart | undefined => {
    const line = word === undefined ? undefined : graph.lineOf(word);
    return parts.find(({ groups }) => groups.some((group) => group.some(({ id }) => id === line?.id)));
  };
  const part = partOf(keyWords[0]);
  return (part?.type === "SECTION_HEADER" || part?.type === "TITLE") && partOf(words.at(-1)) !== part;
}

function withAnswers(
  element: DocumentElement,
  words: readonly Word[],
  answers: readonly QueryAnswer[],
): DocumentElement {
  const held = answers.filter((answer) => holdsAnswer(words, answer));
  if (held.length === 0) return element;
  const attributes = Object.fromEntries(held.map(({ name, text }) => [QUERY_PREFIX + name, text]));
  return { ...element, attributes: { ...element.attributes, ...attributes } };
}

/** Tables, fields and signatures; their words are then taken. */
function wholesOf(
  graph: PageGraph,
  fields: readonly FoundField[],
  page: number,
  answers: readonly QueryAnswer[],
  owned: Set<string>,
): Whole[] {
  const wholes: Whole[] = [];
  const outside = new Set(fields);
  for (const block of graph.ofType("TABLE")) {
    const found = tableElement(graph, block, page);
    if (found === undefined || found.words.every(({ id }) => owned.has(id))) continue;
    const ids = new Set(found.words.map(({ id }) => id));
    const isInside = ({ id }: Word): boolean => ids.has(id);
    const inside = [...outside].filter(
      ({ keyWords, words }) => words.filter(isInside).length >= IN_TABLE * words.length || keyWords.every(isInside),
    );
    for (const field of inside) outside.delete(field);
    for (const id of ids) owned.add(id);
    const table = { ...found.table, attributes: { ...found.table.attributes, ...fieldAttributes(inside) } };
    const { attributes, ...bare } = table;
    const element = Object.keys(attributes).length === 0 ? bare : table;
    wholes.push({
      elements: [...found.before, withAnswers(element, found.words, answers), ...found.after],
      words: found.words,
      upright: found.upright,
    });
  }
  for (const field of outside) {
    if (field.words.every(({ id }) => owned.has(id))) continue;
    for (const { id } of field.words) owned.add(id);
    wholes.push({
      elements: [withAnswers(fieldElement(field, page), field.words, answers)],
      words: field.words,
      upright: field.upright,
    });
  }
  for (const block of graph.ofType("SIGNATURE")) {
    const word = graph.wordOf(block)!;
    if (owned.has(word.id)) continue;
    owned.add(word.id);
    const run = runOf([word]);
    wholes.push({
      elements: [elementOf("figure", [run], placedText([run], page), { attributes: { role: "signature" } })],
      words: [word],
      upright: word.upright,
    });
  }
  // A mark that no field and no cell names stands by itself.
  for (const block of graph.ofType("SELECTION_ELEMENT")) {
    const word = graph.wordOf(block)!;
    if (owned.has(word.id) || graph.lineOf(word) !== undefined) continue;
    const run = runOf([word]);
    wholes.push({ elements: [asProse([run], page, "paragraph")], words: [word], upright: word.upright });
  }
  return wholes;
}

/** Fields that a table holds already as cells: kept as its attributes, so that no text comes twice. */
function fieldAttributes(fields: readonly FoundField[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const { key, value } of fields) {
    const name = FIELD_PREFIX + key.slice(0, MOST_NAME);
    let free = name;
    for (let number = 2; free in attributes; number++) free = `${name} (${number})`;
    attributes[free] = value;
  }
  return attributes;
}

/** Elements in the order of the layout; what it does not name is put where it stands. */
function byLayout(
  graph: PageGraph,
  parts: readonly LayoutPart[],
  wholes: readonly Whole[],
  rest: readonly Rest[],
  page: number,
  answers: readonly QueryAnswer[],
): DocumentElement[] {
  const partOfLine = new Map(parts.flatMap(({ groups }, index) => groups.flat().map(({ id }) => [id, index] as const)));
  const restOf = new Map(rest.map((item) => [item.line.id, item]));
  const within = parts.map((): Whole[] => []);
  const between = Array.from({ length: parts.length + 1 }, (): Item[] => []);
  for (const whole of wholes) {
    const votes = new Map<number, number>();
    for (const word of whole.words) {
      const part = partOfLine.get(graph.lineOf(word)?.id ?? "");
      if (part !== undefined) votes.set(part, (votes.get(part) ?? 0) + word.text.length);
    }
    const [most] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? [];
    const index = most ?? partAt(parts, whole.upright);
    if (index >= 0) within[index]!.push(whole);
    else between[positionAmong(parts, whole.upright)]!.push(whole);
  }
  for (const item of rest) if (!partOfLine.has(item.line.id)) between[positionAmong(parts, item.upright)]!.push(item);

  const elements: DocumentElement[] = [];
  const add = (type: string, runs: readonly Run[]): void => {
    if (runs.length === 0) return;
    const words = runs.flatMap((run) => run.words);
    elements.push(withAnswers(partElement(type, runs, page), words, answers));
  };
  /** Lines until something whole stands between them. */
  const addMixed = (type: string, items: readonly Item[]): void => {
    let runs: Run[] = [];
    for (const item of items) {
      if (isLine(item)) {
        runs.push(item);
        continue;
      }
      add(type, runs);
      runs = [];
      elements.push(...item.elements);
    }
    add(type, runs);
  };
  for (const [index, { type, groups }] of parts.entries()) {
    for (const item of rowsOf(between[index]!).flat()) addMixed("TEXT", [item]);
    const left = groups.map((group) => group.flatMap(({ id }) => restOf.get(id) ?? []));
    const inside = within[index]!;
    if (inside.length === 0) for (const group of left) add(type, group);
    else addMixed(type, rowsOf<Item>([...left.flat(), ...inside]).flat());
  }
  for (const item of rowsOf(between[parts.length]!).flat()) addMixed("TEXT", [item]);
  return elements;
}

/** Elements in the order that their places tell. */
function byPlace(
  wholes: readonly Whole[],
  rest: readonly Rest[],
  usual: number,
  page: number,
  answers: readonly QueryAnswer[],
): DocumentElement[] {
  const straight = rest.filter(({ line }) => !line.isTurned);
  const elements: DocumentElement[] = [];
  const addLines = (lines: readonly Rest[]): void => {
    for (const { element, runs } of textElements(lines, usual, page)) {
      const words = runs.flatMap((run) => run.words);
      elements.push(withAnswers(element, words, answers));
    }
  };
  for (const stretch of readingOrder<Item>([...straight, ...wholes])) {
    let lines: Rest[] = [];
    for (const item of stretch) {
      if (isLine(item)) {
        lines.push(item);
        continue;
      }
      addLines(lines);
      lines = [];
      elements.push(...item.elements);
    }
    addLines(lines);
  }
  for (const run of rest.filter(({ line }) => line.isTurned)) elements.push(asProse([run], page, "paragraph"));
  return elements;
}
