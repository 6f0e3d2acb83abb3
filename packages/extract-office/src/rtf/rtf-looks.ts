import type { DocumentElement } from "@groundwork/contracts";
import { type Color, isLost, type KnownColor, WHITE } from "../look/color.ts";
import {
  addUnseen,
  MOST_UNREADABLE_POINTS,
  type UnseenReason,
  type UnseenStretch,
  unseenElements,
} from "../look/unseen-text.ts";
import type { RtfGroup, RtfParagraphFormat } from "./rtf-state.ts";
import type { RtfCellDefinition } from "./rtf-table.ts";

const HALF_POINTS = 2;
/** Size of letters where nothing states one. Half points. */
const DEFAULT_SIZE = 24;

/** Follows the colors and sizes of text, and gathers what nobody sees of it. */
export class RtfLooks {
  /** By index; the first is automatic, black or white as it can be read. */
  readonly #colors: (Color | undefined)[] = [];
  #entry: [number, number, number] | undefined;
  #unseen: UnseenStretch[] = [];
  #isApart = false;
  /** What the next cell that is defined is filled with. */
  #cell: KnownColor | undefined;
  /** Characters of hidden and deleted text, which is left out. */
  hiddenCharacters = 0;

  /** Takes a control word; false where it says nothing of looks. */
  word(word: string, value: number | undefined, group: RtfGroup, format: RtfParagraphFormat): boolean {
    switch (word) {
      case "red":
      case "green":
      case "blue":
        this.#entry ??= [0, 0, 0];
        this.#entry[["red", "green", "blue"].indexOf(word)] = value ?? 0;
        return true;
      case "cf":
        group.color = value ?? 0;
        return true;
      case "cb":
      case "chcbpat":
      case "highlight":
        group.background = value === undefined || value === 0 ? undefined : this.#color(value);
        return true;
      case "chshdng":
        if (value !== undefined && value > 0) group.background = "unknown";
        return true;
      case "fs":
        group.size = value ?? DEFAULT_SIZE;
        return true;
      case "cbpat":
        format.background = value === undefined || value === 0 ? undefined : this.#color(value);
        return true;
      case "shading":
        if (value !== undefined && value > 0) format.background = "unknown";
        return true;
      case "clcbpat":
        this.#cell = value === undefined || value === 0 ? undefined : this.#color(value);
        return true;
      case "clshdng":
        if (value !== undefined && value > 0) this.#cell = "unknown";
        return true;
      default:
        return false;
    }
  }

  /** Text of the table of colors: each entry ends with a semicolon. */
  colorText(text: string): void {
    for (const character of text) {
      if (character !== ";") continue;
      this.#colors.push(this.#entry);
      this.#entry = undefined;
    }
  }

  /** The fill of the cell whose definition ends here. */
  takeCell(): KnownColor | undefined {
    const fill = this.#cell;
    this.#cell = undefined;
    return fill;
  }

  /** Why nobody sees text that stands in a group. */
  reason(group: RtfGroup, format: RtfParagraphFormat, cell: RtfCellDefinition | undefined): UnseenReason | undefined {
    if (group.size <= MOST_UNREADABLE_POINTS * HALF_POINTS) return "size";
    if (group.color === 0) return undefined;
    const behind = group.background ?? format.background ?? (format.inTable ? cell?.fill : undefined) ?? WHITE;
    return isLost(this.#color(group.color), behind) ? "color" : undefined;
  }

  hide(reason: UnseenReason, text: string): void {
    addUnseen(this.#unseen, reason, text, this.#isApart);
    this.#isApart = false;
  }

  /** Visible text comes in between. */
  part(): void {
    this.#isApart = true;
  }

  /** What was gathered, as elements. */
  *take(): Generator<DocumentElement> {
    if (this.#unseen.length === 0) return;
    const unseen = this.#unseen;
    this.#unseen = [];
    yield* unseenElements(unseen);
  }

  #color(index: number): KnownColor {
    return this.#colors[index] ?? "unknown";
  }
}
