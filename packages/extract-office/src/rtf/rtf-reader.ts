import { type CallOptions, type DocumentElement, throwIfAborted } from "@groundwork/contracts";
import { codePageDecoder, codePageOfCharset } from "../code-page.ts";
import { commentElement } from "../comment-element.ts";
import { hiddenTextWarning } from "../look/unseen-text.ts";
import type { OfficePart } from "../office-part.ts";
import { cleanLine, cleanText } from "../text.ts";
import { isNumberMarker, rtfMetadata, rtfParagraph, rtfTime, TIME_WORDS } from "./rtf-elements.ts";
import { RtfLooks } from "./rtf-looks.ts";
import {
  CHARACTER_WORDS,
  COLLECTED,
  DROPPED_DESTINATIONS,
  PLAIN_LETTERS,
  plainParagraph,
  type RtfGroup,
  type RtfParagraphFormat,
  STARRED_TEXT,
  TEXT_COLLECTED,
} from "./rtf-state.ts";
import { type RtfCellDefinition, RtfTable } from "./rtf-table.ts";
import { tokenizeRtf } from "./rtf-tokenizer.ts";

const MAX_DEPTH = 4000;
const TOKENS_BETWEEN_CHECKS = 20_000;

/** Text that is collected apart from the body, with the depth at which it ends. */
interface Collector {
  readonly destination: string;
  readonly depth: number;
  /** Paragraph formatting outside, which comes back at the end. */
  readonly format: RtfParagraphFormat;
  text: string;
}

/** Reads Rich Text Format (1.9.1): paragraphs, headings by style, lists, tables, notes, comments, page furniture. */
export class RtfReader {
  #groups: RtfGroup[] = [];
  #group: RtfGroup = { destination: "", codePage: 1252, unicodeSkip: 1, ...PLAIN_LETTERS };
  readonly #looks = new RtfLooks();
  #skipCharacters = 0;
  #starred = false;
  #bytes: Uint8Array[] = [];
  #collectors: Collector[] = [];
  #text = "";
  #format: RtfParagraphFormat = plainParagraph();
  #marker = "";
  #author = "";
  #notes = 0;
  #after: DocumentElement[] = [];
  readonly #fontPages = new Map<number, number>();
  #font = -1;
  readonly #styles = new Map<number, string>();
  #style = 0;
  #styleName = "";
  #cellTexts: string[] = [];
  #definitions: RtfCellDefinition[] = [];
  #merge = { left: false, above: false };
  #rowIsHeader = false;
  #table: RtfTable | undefined;
  readonly #told = new Set<string>();
  readonly #info = new Map<string, string>();
  #time: number[] = [];
  #elements: DocumentElement[] = [];

  *read(bytes: Uint8Array, call?: CallOptions): Generator<OfficePart> {
    let tokens = 0;
    for (const token of tokenizeRtf(bytes)) {
      if (++tokens % TOKENS_BETWEEN_CHECKS === 0) throwIfAborted(call?.signal);
      if (token.type !== "bytes") this.#flushBytes();
      switch (token.type) {
        case "open":
          if (this.#groups.length < MAX_DEPTH) this.#groups.push({ ...this.#group });
          this.#starred = false;
          break;
        case "close":
          this.#closeGroup();
          break;
        case "word":
          this.#word(token.word, token.value);
          this.#starred = false;
          break;
        case "symbol":
          this.#symbol(token.symbol);
          break;
        case "bytes":
          this.#takeBytes(token.bytes);
      }
      if (this.#elements.length > 0) {
        const elements = this.#elements;
        this.#elements = [];
        yield* elements;
      }
    }
    this.#flushBytes();
    this.#endParagraph();
    this.#endTable();
    this.#releaseAfter();
    yield* this.#elements;
    const metadata = rtfMetadata(this.#info);
    if (Object.keys(metadata).length > 0) yield { type: "metadata", metadata };
    const warning = hiddenTextWarning(this.#looks.hiddenCharacters);
    if (warning !== undefined) yield { type: "warning", warning };
  }

  #closeGroup(): void {
    const collector = this.#collectors.at(-1);
    if (collector !== undefined && this.#groups.length <= collector.depth) {
      this.#collectors.pop();
      this.#format = collector.format;
      this.#collected(collector);
    }
    if (this.#group.destination === "stylesheet" && this.#styleName !== "") this.#endStyle();
    const outer = this.#groups.pop();
    if (outer !== undefined) this.#group = outer;
  }

  #symbol(symbol: string): void {
    if (symbol === "*") this.#starred = true;
    else if (symbol === "~") this.#append(" ");
    else if (symbol === "_") this.#append("-");
  }

  #word(word: string, value: number | undefined): void {
    if (this.#starred && !STARRED_TEXT.has(word)) {
      this.#group.destination = "dropped";
      return;
    }
    if (this.#group.destination === "dropped") return;
    if (DROPPED_DESTINATIONS.has(word)) {
      this.#group.destination = "dropped";
      return;
    }
    if (COLLECTED.has(word)) {
      this.#collectors.push({ destination: word, depth: this.#groups.length, format: { ...this.#format }, text: "" });
      this.#time = [];
      return;
    }
    const character = CHARACTER_WORDS[word];
    if (character !== undefined) this.#append(character);
    else if (!this.#characterWord(word, value)) this.#paragraphWord(word, value);
  }

  #characterWord(word: string, value: number | undefined): boolean {
    switch (word) {
      case "u":
        this.#append(String.fromCharCode((value ?? 0) & 0xffff));
        this.#skipCharacters = this.#group.unicodeSkip;
        return true;
      case "uc":
        this.#group.unicodeSkip = value ?? 1;
        return true;
      case "ansicpg":
        this.#group.codePage = value ?? 1252;
        for (const outer of this.#groups) outer.codePage = this.#group.codePage;
        return true;
      case "mac":
        this.#group.codePage = 10000;
        return true;
      case "colortbl":
      case "fonttbl":
      case "stylesheet":
      case "info":
        this.#group.destination = word;
        return true;
      case "f":
        if (this.#group.destination === "fonttbl") this.#font = value ?? 0;
        else this.#group.codePage = this.#fontPages.get(value ?? 0) ?? this.#basePage();
        return true;
      case "fcharset": {
        const page = codePageOfCharset(value ?? 0);
        if (page !== undefined) this.#fontPages.set(this.#font, page);
        return true;
      }
      case "v":
      case "deleted":
        this.#group.hidden = value !== 0;
        return true;
      case "plain":
        Object.assign(this.#group, PLAIN_LETTERS);
        this.#group.codePage = this.#basePage();
        return true;
      case "chftn":
        // Inside the note itself the mark is only repeated.
        if (this.#collectors.length === 0) this.#append(`[${this.#notes + 1}]`);
        return true;
      default:
        if (TIME_WORDS.includes(word)) {
          this.#time[TIME_WORDS.indexOf(word)] = value ?? 0;
          return true;
        }
        return this.#looks.word(word, value, this.#group, this.#format);
    }
  }

  #paragraphWord(word: string, value: number | undefined): void {
    switch (word) {
      case "par":
      case "sect":
      case "page":
        this.#breakParagraph();
        return;
      case "pard":
        this.#format = plainParagraph();
        return;
      case "s":
        if (this.#group.destination === "stylesheet") this.#style = value ?? 0;
        else this.#format.style = value;
        return;
      case "outlinelevel":
        this.#format.outline = value;
        return;
      case "ilvl":
        this.#format.level = value ?? 0;
        return;
      case "intbl":
        this.#format.inTable = true;
        return;
      case "cell":
        this.#endCell();
        return;
      case "row":
        this.#endRow();
        return;
      case "trowd":
        this.#definitions = [];
        this.#rowIsHeader = false;
        return;
      case "trhdr":
        this.#rowIsHeader = true;
        return;
      case "clmrg":
        this.#merge.left = true;
        return;
      case "clvmrg":
        this.#merge.above = true;
        return;
      case "cellx":
        this.#definitions.push({
          right: value ?? 0,
          continuesLeft: this.#merge.left,
          continuesAbove: this.#merge.above,
          fill: this.#looks.takeCell(),
        });
        this.#merge = { left: false, above: false };
    }
  }

  #basePage(): number {
    return this.#groups[0]?.codePage ?? this.#group.codePage;
  }

  #takeBytes(bytes: Uint8Array): void {
    if (this.#group.destination === "dropped") return;
    const shown = this.#skipCharacters > 0 ? bytes.subarray(this.#skipCharacters) : bytes;
    this.#skipCharacters = Math.max(0, this.#skipCharacters - bytes.length);
    if (shown.length > 0) this.#bytes.push(shown);
  }

  /** Bytes are decoded in runs: characters of the East Asian code pages take two. */
  #flushBytes(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes.length === 1 ? this.#bytes[0]! : Buffer.concat(this.#bytes);
    this.#bytes = [];
    this.#append(codePageDecoder(this.#group.codePage).decode(bytes));
  }

  #append(text: string): void {
    const { destination, hidden } = this.#group;
    if (destination === "dropped" || destination === "fonttbl") return;
    if (destination === "colortbl") this.#looks.colorText(text);
    else if (destination === "stylesheet") this.#styleName += text;
    else if (hidden) this.#looks.hiddenCharacters += text.trim().length;
    else this.#appendText(text);
  }

  #appendText(text: string): void {
    const collector = this.#collectors.at(-1);
    const isText =
      collector === undefined ? this.#group.destination !== "info" : TEXT_COLLECTED.has(collector.destination);
    const cell = this.#definitions[this.#cellTexts.length];
    const reason = isText ? this.#looks.reason(this.#group, this.#format, cell) : undefined;
    if (isText && reason === undefined) this.#looks.part();
    if (reason !== undefined) this.#looks.hide(reason, text);
    else if (collector !== undefined) collector.text += text;
    else if (isText) this.#text += text;
  }

  #endStyle(): void {
    const name = this.#styleName.replace(/;\s*$/, "").trim().toLowerCase();
    this.#styleName = "";
    if (!this.#styles.has(this.#style)) this.#styles.set(this.#style, name);
    this.#style = 0;
  }

  #collected({ destination, text }: Collector): void {
    switch (destination) {
      case "listtext":
      case "pntext":
        this.#marker = cleanLine(text);
        return;
      case "atnauthor":
        this.#author = cleanLine(text);
        return;
      case "annotation": {
        const shown = cleanText(text).trim();
        if (shown !== "") this.#after.push(commentElement(shown, { name: this.#author }, undefined));
        return;
      }
      case "footnote": {
        const number = ++this.#notes;
        const shown = cleanText(text).trim();
        if (shown === "") return;
        this.#after.push({
          kind: "footnote",
          text: `[${number}] ${shown}`,
          attributes: { marker: String(number) },
        });
        return;
      }
      case "shptxt":
        for (const line of text.split("\n")) this.#pushText(this.#after, "paragraph", line);
        return;
      case "creatim":
      case "revtim":
        if ((this.#time[0] ?? 0) > 1900) this.#info.set(destination, String(rtfTime(this.#time)));
        return;
      default:
        if (/^(?:header|footer)/.test(destination)) this.#furniture(destination.startsWith("header"), text);
        else this.#info.set(destination, cleanLine(text));
    }
  }

  #furniture(isHeader: boolean, text: string): void {
    const shown = cleanText(text).trim();
    if (shown === "" || this.#told.has(shown)) return;
    this.#told.add(shown);
    this.#after.push({ kind: isHeader ? "header" : "footer", text: shown });
  }

  #pushText(target: DocumentElement[], kind: "paragraph", text: string): void {
    const shown = cleanText(text).trim();
    if (shown !== "") target.push({ kind, text: shown });
  }

  #breakParagraph(): void {
    const collector = this.#collectors.at(-1);
    if (collector !== undefined) collector.text += "\n";
    else if (this.#group.destination === "dropped") return;
    else if (this.#format.inTable) this.#text += "\n";
    else this.#endParagraph();
  }

  #endParagraph(): void {
    const text = cleanText(this.#text).trimStart();
    this.#text = "";
    const marker = this.#marker;
    this.#marker = "";
    if (text.trim() !== "") {
      this.#endTable();
      this.#elements.push(rtfParagraph(text, marker, this.#format, this.#styles));
    }
    this.#releaseAfter();
  }

  #endCell(): void {
    if (this.#collectors.length > 0) {
      this.#collectors.at(-1)!.text += "\n";
      return;
    }
    const marker = this.#marker === "" ? "" : `${isNumberMarker(this.#marker) ? this.#marker : "•"} `;
    this.#marker = "";
    this.#cellTexts.push(cleanText(marker + this.#text).trim());
    this.#text = "";
  }

  #endRow(): void {
    if (this.#collectors.length > 0 || this.#cellTexts.length === 0) return;
    this.#table ??= new RtfTable();
    this.#elements.push(...this.#table.addRow(this.#cellTexts, this.#definitions, this.#rowIsHeader));
    this.#cellTexts = [];
    this.#text = "";
  }

  #endTable(): void {
    const cells = this.#cellTexts;
    this.#cellTexts = [];
    if (this.#table !== undefined) this.#elements.push(...this.#table.end());
    this.#table = undefined;
    // Cells without a row: the file broke off.
    for (const cell of cells) this.#pushText(this.#elements, "paragraph", cell);
  }

  #releaseAfter(): void {
    this.#after.push(...this.#looks.take());
    if (this.#after.length === 0 || this.#table !== undefined) return;
    this.#elements.push(...this.#after);
    this.#after = [];
  }
}
