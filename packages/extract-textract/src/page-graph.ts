import type { Block } from "@aws-sdk/client-textract";
import { PageTurn, turnOfLine } from "./page-turn.ts";
import { onOneRow, type Place, union } from "./place.ts";

/** A word, a selection mark or a signature. */
export interface Word {
  readonly id: string;
  readonly text: string;
  /** On the page as it is shown. */
  readonly place: Place;
  /** Where it stands when the text is upright. */
  readonly upright: Place;
  /** 0..1 */
  readonly confidence: number;
}

/** Words that stand side by side, in reading order. */
export interface Run {
  readonly words: readonly Word[];
  readonly text: string;
  readonly place: Place;
  readonly upright: Place;
}

export interface Line extends Run {
  readonly id: string;
  /** Its direction is not that of the page: a stamp, a note in the margin. */
  readonly isTurned: boolean;
}

/** What an element, a cell or a field shows of blocks without letters. */
const SELECTED = "[x]";
const NOT_SELECTED = "[ ]";
export const SIGNATURE = "[signature]";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

export const cleanText = (text: string): string =>
  text.toWellFormed().replace(CONTROL, "").normalize("NFC").replace(/\s+/g, " ").trim();

function placeOf({ Geometry: geometry }: Block): Place {
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = geometry?.BoundingBox ?? {};
  return { left: Left, top: Top, right: Left + Width, bottom: Top + Height };
}

export function runOf(words: readonly Word[], text: string = words.map((word) => word.text).join(" ")): Run {
  return {
    words,
    text,
    place: union(words.map(({ place }) => place)),
    upright: union(words.map(({ upright }) => upright)),
  };
}

/** Rows of what stands side by side, from the top, each from the left. */
export function rowsOf<T extends { readonly upright: Place }>(items: readonly T[]): T[][] {
  const rows: T[][] = [];
  for (const item of items.toSorted((a, b) => middle(a.upright) - middle(b.upright))) {
    const row = rows.at(-1);
    if (row !== undefined && onOneRow(row[0]!.upright, item.upright)) row.push(item);
    else rows.push([item]);
  }
  return rows.map((row) => row.sort((a, b) => a.upright.left - b.upright.left));
}

const middle = ({ top, bottom }: Place): number => (top + bottom) / 2;

/** The blocks of one page and what they refer to. References to blocks that did not come are left out. */
export class PageGraph {
  readonly blocks: readonly Block[];
  readonly lines: readonly Line[];
  readonly #turn: PageTurn;
  readonly #byId: ReadonlyMap<string, Block>;
  readonly #words = new Map<string, Word>();
  readonly #lineOfWord = new Map<string, Line>();

  constructor(blocks: readonly Block[]) {
    this.blocks = blocks;
    this.#byId = new Map(blocks.map((block) => [block.Id ?? "", block]));
    const lines = this.ofType("LINE");
    this.#turn = new PageTurn(lines);
    this.lines = lines.flatMap((block) => {
      const line = this.#lineOf(block);
      return line === undefined ? [] : [line];
    });
    for (const line of this.lines) for (const { id } of line.words) this.#lineOfWord.set(id, line);
  }

  ofType(...types: readonly string[]): Block[] {
    return this.blocks.filter(({ BlockType }) => types.includes(BlockType ?? ""));
  }

  /** Blocks that a block refers to, by the kind of reference. */
  related(block: Block, ...types: readonly string[]): Block[] {
    return (block.Relationships ?? [])
      .filter(({ Type }) => types.includes(Type ?? ""))
      .flatMap(({ Ids = [] }) => Ids.flatMap((id) => this.#byId.get(id) ?? []));
  }

  children(block: Block): Block[] {
    return this.related(block, "CHILD");
  }

  uprightOf(block: Block): Place {
    return this.#turn.uprightPlace(placeOf(block), block.Geometry);
  }

  /** The word that a block is; `undefined` for a block that has no text of its own. */
  wordOf(block: Block): Word | undefined {
    const id = block.Id ?? "";
    const known = this.#words.get(id);
    if (known !== undefined) return known;
    const text = textOf(block);
    if (text === "") return undefined;
    const place = placeOf(block);
    const word: Word = {
      id,
      text,
      place,
      upright: this.uprightOf(block),
      confidence: Math.min(1, Math.max(0, (block.Confidence ?? 0) / 100)),
    };
    this.#words.set(id, word);
    return word;
  }

  /** The words below a block, through whatever stands between; each once, since references may go in a circle. */
  wordsOf(block: Block, seen: Set<Block> = new Set([block])): Word[] {
    return this.children(block).flatMap((child) => {
      if (seen.has(child)) return [];
      seen.add(child);
      const word = this.wordOf(child);
      return word === undefined ? this.wordsOf(child, seen) : [word];
    });
  }

  lineOf({ id }: Word): Line | undefined {
    return this.#lineOfWord.get(id);
  }

  /** Words as runs in reading order: those of one line together, in the line's own order. */
  runsOf(words: readonly Word[]): Run[] {
    const wanted = new Set(words.map(({ id }) => id));
    const runs: Run[] = [];
    for (const word of words) {
      if (!wanted.delete(word.id)) continue;
      const line = this.lineOf(word);
      const own = line?.words.filter(({ id }) => id === word.id || wanted.delete(id)) ?? [word];
      runs.push(runOf(own));
    }
    return rowsOf(runs).flat();
  }

  #lineOf(block: Block): Line | undefined {
    const text = cleanText(block.Text ?? "");
    const words = this.wordsOf(block);
    const isTurned = turnOfLine(block.Geometry) !== this.#turn.quarters;
    const id = block.Id ?? "";
    if (words.length > 0) {
      // The line's own text, unless something stands in it that is no word.
      const own = words.map((word) => word.text).join(" ");
      const same = text.replaceAll(" ", "") === own.replaceAll(" ", "");
      return { ...runOf(words, same ? text : own), id, isTurned };
    }
    if (text === "") return undefined;
    const place = placeOf(block);
    const upright = this.uprightOf(block);
    const confidence = Math.min(1, Math.max(0, (block.Confidence ?? 0) / 100));
    return { ...runOf([{ id, text, place, upright, confidence }]), id, isTurned };
  }
}

function textOf({ BlockType, Text = "", SelectionStatus }: Block): string {
  switch (BlockType) {
    case "WORD":
      return cleanText(Text);
    case "SELECTION_ELEMENT":
      return SelectionStatus === "SELECTED" ? SELECTED : NOT_SELECTED;
    case "SIGNATURE":
      return SIGNATURE;
    default:
      return "";
  }
}
