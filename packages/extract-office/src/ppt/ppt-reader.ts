import { type CallOptions, type DocumentElement, throwIfAborted } from "@groundwork/contracts";
import { corruptDocument, passwordRequired } from "../office-errors.ts";
import type { ResolvedOfficeOptions } from "../office-options.ts";
import type { OfficePart } from "../office-part.ts";
import type { CompoundFile } from "../ole/compound-file.ts";
import { type Rectangle, readingOrder } from "../pptx/shape-order.ts";
import { type RowCell, TableAssembler } from "../table-assembler.ts";
import { cleanLine, cleanText } from "../text.ts";
import { atomText, member, members, type PptRecord, readRecord, within } from "./ppt-records.ts";

const SLIDE_LIST = 4080;
const SLIDE_PERSIST = 1011;
const TEXT_HEADER = 3999;
const OUTLINE_REFERENCE = 3998;
const SHAPE = 0xf004;
const GROUP = 0xf003;
const TEXT_BOX = 0xf00d;
const ENCRYPTED_TOKEN = 0xf3d1c4df;
const MAX_EDITS = 10_000;
const TITLE_KINDS: ReadonlySet<number> = new Set([0, 6]);
const BODY_KINDS: ReadonlySet<number> = new Set([1, 7, 8]);

interface TextRun {
  readonly kind: number;
  readonly text: string;
}

interface Slide {
  readonly container: PptRecord | undefined;
  readonly id: number;
  /** Texts of placeholders, which the slide's shapes refer to by number. */
  readonly outline: readonly TextRun[];
}

interface Shape {
  readonly box: Rectangle | undefined;
  readonly runs: readonly TextRun[];
  /** Shapes of a group that is a table. */
  readonly cells?: readonly Shape[];
}

/** Reads a binary presentation ([MS-PPT]): titles, texts, tables, notes. */
export function* readPpt(
  file: CompoundFile,
  options: ResolvedOfficeOptions,
  call?: CallOptions,
): Generator<OfficePart> {
  const stream = file.stream("PowerPoint Document");
  const user = file.stream("Current User");
  if (stream === undefined || user === undefined || user.length < 20) {
    throw corruptDocument(undefined, "Expected a presentation, found an incomplete one.");
  }
  const userView = new DataView(user.buffer, user.byteOffset, user.byteLength);
  if (userView.getUint32(12, true) === ENCRYPTED_TOKEN) throw passwordRequired();
  const { offsets, documentId } = readPersistDirectory(stream, userView.getUint32(16, true));
  const document = readRecord(stream, offsets.get(documentId) ?? -1);
  if (document === undefined) throw corruptDocument(undefined, "Expected the document record, found none.");
  const slides = readSlideList(stream, offsets, document, 0);
  const notes = new Map(readSlideList(stream, offsets, document, 2).map((one) => [one.id, one]));
  yield { type: "metadata", metadata: { pages: slides.length } };
  for (const [index, slide] of slides.entries()) {
    throwIfAborted(call?.signal);
    const number = index + 1;
    const isHidden = slide.container !== undefined && hiddenSlide(slide.container);
    if (!(isHidden && options.hidden === "exclude")) {
      for (const element of [...readSlide(slide, number), ...readNotes(slide, notes, number)]) {
        yield isHidden ? { ...element, attributes: { ...element.attributes, hidden: "true" } } : element;
      }
    }
    yield { type: "progress", unit: "page", done: number, total: slides.length };
  }
}

/** Where the live version of each object stands: later edits are appended and win. */
function readPersistDirectory(
  stream: Uint8Array,
  current: number,
): { offsets: Map<number, number>; documentId: number } {
  const offsets = new Map<number, number>();
  let documentId = 0;
  let at = current;
  for (let guard = 0; at > 0 && guard < MAX_EDITS; guard++) {
    const edit = readRecord(stream, at);
    if (edit === undefined || edit.type !== 4085 || edit.data.length < 20) break;
    if (guard === 0) documentId = edit.view.getUint32(16, true);
    const directory = readRecord(stream, edit.view.getUint32(12, true));
    if (directory === undefined) break;
    for (let from = 0; from + 4 <= directory.data.length; ) {
      const head = directory.view.getUint32(from, true);
      const [first, count] = [head & 0xfffff, head >>> 20];
      from += 4;
      for (let index = 0; index < count && from + 4 <= directory.data.length; index++, from += 4) {
        if (!offsets.has(first + index)) offsets.set(first + index, directory.view.getUint32(from, true));
      }
    }
    const earlier = edit.view.getUint32(8, true);
    if (earlier >= at) break;
    at = earlier;
  }
  return { offsets, documentId };
}

function readSlideList(
  stream: Uint8Array,
  offsets: ReadonlyMap<number, number>,
  document: PptRecord,
  instance: number,
): Slide[] {
  const slides: { container: PptRecord | undefined; id: number; outline: TextRun[] }[] = [];
  for (const list of members(document.data)) {
    if (list.type !== SLIDE_LIST || list.instance !== instance) continue;
    let kind = 4;
    for (const record of members(list.data)) {
      if (record.type === SLIDE_PERSIST && record.data.length >= 16) {
        const container = readRecord(stream, offsets.get(record.view.getUint32(0, true)) ?? -1);
        slides.push({ container, id: record.view.getUint32(12, true), outline: [] });
      } else if (record.type === TEXT_HEADER) {
        kind = record.view.getUint32(0, true);
        slides.at(-1)?.outline.push({ kind, text: "" });
      } else {
        const text = atomText(record);
        const outline = slides.at(-1)?.outline;
        if (text !== undefined && outline !== undefined && outline.length > 0) {
          outline[outline.length - 1] = { kind, text };
        }
      }
    }
  }
  return slides;
}

/** `SlideShowSlideInfoAtom`, flag fHidden. */
function hiddenSlide(container: PptRecord): boolean {
  const info = member(container, 1017);
  return info !== undefined && info.data.length >= 12 && (info.view.getUint16(10, true) & 0x4) !== 0;
}

function rectangleOf(shape: PptRecord): Rectangle | undefined {
  const anchor = member(shape, 0xf010);
  if (anchor !== undefined && anchor.data.length >= 8) {
    const isShort = anchor.data.length < 16;
    const value = (index: number): number =>
      isShort ? anchor.view.getInt16(index * 2, true) : anchor.view.getInt32(index * 4, true);
    return { top: value(0), left: value(1), right: value(2), bottom: value(3) };
  }
  const child = member(shape, 0xf00f);
  if (child === undefined || child.data.length < 16) return undefined;
  const value = (index: number): number => child.view.getInt32(index * 4, true);
  return { left: value(0), top: value(1), right: value(2), bottom: value(3) };
}

function runsOf(shape: PptRecord, outline: readonly TextRun[]): TextRun[] {
  const runs: TextRun[] = [];
  let kind = 4;
  for (const record of members(member(shape, TEXT_BOX)?.data ?? new Uint8Array())) {
    if (record.type === TEXT_HEADER) kind = record.view.getUint32(0, true);
    else if (record.type === OUTLINE_REFERENCE) {
      const referred = outline[record.view.getUint32(0, true)];
      if (referred !== undefined) runs.push(referred);
    } else {
      const text = atomText(record);
      if (text !== undefined) runs.push({ kind, text });
    }
  }
  return runs;
}

function* shapesOf(group: PptRecord, outline: readonly TextRun[], depth: number = 0): Generator<Shape> {
  let isFirst = true;
  for (const record of members(group.data)) {
    if (record.type === SHAPE) {
      // The first shape of a group describes the group itself.
      if (!isFirst || record.data.length === 0) yield { box: rectangleOf(record), runs: runsOf(record, outline) };
      isFirst = false;
    } else if (record.type === GROUP && depth < 16) {
      const inner = Array.from(shapesOf(record, outline, depth + 1));
      const self = member(record, SHAPE);
      if (self !== undefined && isTable(self)) yield { box: rectangleOf(self), runs: [], cells: inner };
      else yield* inner.map((shape) => (depth === 0 ? { ...shape, box: placeOf(self) ?? shape.box } : shape));
    }
  }
}

const placeOf = (self: PptRecord | undefined): Rectangle | undefined =>
  self === undefined ? undefined : rectangleOf(self);

/** A table is a group with the property `tableProperties`. */
function isTable(self: PptRecord): boolean {
  const options = member(self, 0xf122);
  if (options === undefined) return false;
  for (let at = 0; at + 6 <= options.data.length && at < options.instance * 6; at += 6) {
    if ((options.view.getUint16(at, true) & 0x3fff) === 0x039f) return (options.view.getUint32(at + 2, true) & 1) !== 0;
  }
  return false;
}

function paragraphs(text: string): string[] {
  return text
    .split("\r")
    .map((line) => cleanText(line).trim())
    .filter((line) => line !== "" && line !== "*");
}

function* readSlide(slide: Slide, number: number): Generator<DocumentElement> {
  const location = { slide: number };
  const drawing = slide.container === undefined ? undefined : member(slide.container, 1036);
  const group = drawing === undefined ? undefined : within(drawing, GROUP).next().value;
  const shapes = group === undefined ? [] : Array.from(shapesOf(group, slide.outline));
  const told = new Set(shapes.flatMap((shape) => shape.runs));
  // Placeholders whose shape was not found still count.
  const lost = slide.outline.filter((run) => !told.has(run));
  const all: Shape[] = [...lost.map((run) => ({ box: undefined, runs: [run] })), ...shapes];
  const isTitle = (shape: Shape): boolean => shape.runs.some((run) => TITLE_KINDS.has(run.kind));
  for (const shape of all.filter(isTitle)) {
    const text = cleanLine(shape.runs.map((run) => run.text).join(" "));
    if (text !== "") yield { kind: "heading", level: 1, text, location };
  }
  for (const shape of readingOrder(all.filter((one) => !isTitle(one)))) {
    if (shape.cells !== undefined) yield* tableOf(shape.cells, number);
    for (const { kind, text } of shape.runs) {
      for (const line of paragraphs(text)) {
        if (BODY_KINDS.has(kind))
          yield { kind: "list_item", level: 0, text: line, location, attributes: { marker: "•" } };
        else yield { kind: "paragraph", text: line, location };
      }
    }
  }
}

function* readNotes(slide: Slide, notes: ReadonlyMap<number, Slide>, number: number): Generator<DocumentElement> {
  const atom = slide.container === undefined ? undefined : member(slide.container, 1007);
  if (atom === undefined || atom.data.length < 20) return;
  const held = notes.get(atom.view.getUint32(16, true));
  if (held?.container === undefined) return;
  for (const box of within(held.container, TEXT_BOX)) {
    let kind = 4;
    for (const record of members(box.data)) {
      if (record.type === TEXT_HEADER) kind = record.view.getUint32(0, true);
      const text = kind === 2 ? atomText(record) : undefined;
      const shown = text === undefined ? "" : paragraphs(text).join("\n");
      if (shown !== "") yield { kind: "note", text: shown, location: { slide: number } };
    }
  }
}

/** The cells of a table lie side by side; their edges give rows and columns. */
function* tableOf(cells: readonly Shape[], slide: number): Generator<DocumentElement> {
  const placed = cells.flatMap(({ box, runs }) =>
    box === undefined || box.right - box.left < 2 || box.bottom - box.top < 2
      ? []
      : [{ box, text: runs.flatMap((run) => paragraphs(run.text)).join("\n") }],
  );
  const edges = (from: "left" | "top"): number[] =>
    Array.from(new Set(placed.map((cell) => cell.box[from]))).sort((a, b) => a - b);
  const [lefts, tops] = [edges("left"), edges("top")];
  const assembler = new TableAssembler({ slide });
  for (const [row, top] of tops.entries()) {
    const line: RowCell[] = [];
    for (const { box, text } of placed) {
      const continued = box.top < top && box.bottom > top;
      if (box.top !== top && !continued) continue;
      const column = lefts.indexOf(box.left);
      const columnSpan = Math.max(1, lefts.filter((left) => left >= box.left && left < box.right).length);
      line.push({ column, columnSpan, text, continued });
    }
    assembler.addRow(
      line.sort((a, b) => a.column - b.column),
      row === 0 && tops.length > 1,
    );
    if (!assembler.full && row < tops.length - 1) continue;
    const element = assembler.take();
    if (element !== undefined) yield element;
  }
}
