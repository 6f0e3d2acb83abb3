import { alignMarks, type ElementKind, shiftMarks, sliceMarks, type TextMark, tidyMarks } from "@groundwork/contracts";
import { type Block, isShown } from "./block.ts";
import { InlineText, tidyPreformatted } from "./inline-text.ts";
import { orderedMarker } from "./list-marker.ts";
import { createRegion, type Region } from "./region.ts";
import { UnseenText } from "./unseen-text.ts";

export interface ListFrame {
  readonly level: number;
  readonly isOrdered: boolean;
  readonly type: string | undefined;
  readonly step: number;
  next: number;
}

export interface ItemFrame {
  readonly level: number;
  readonly marker: string | undefined;
  block: Block | undefined;
}

type Attributes = Readonly<Record<string, string>>;

/** An item with more text than this is a section: what follows in it stands alone. */
const MOST_ITEM = 4_000;

/** Gathers text into blocks: where a block ends, what kind it is, lists and their items. */
export class BlockFlow {
  readonly inline: InlineText = new InlineText();
  /** What nobody sees of the text that gathers; it follows the block. */
  readonly unseen: UnseenText = new UnseenText();
  readonly root: Block[] = [];
  readonly regions: Region[] = [createRegion("body", undefined)];
  region: Region = this.regions[0]!;
  /** Where blocks go: the page, or the cell that is open. */
  out: Block[] = this.root;
  lists: ListFrame[] = [];
  items: ItemFrame[] = [];
  /** Captions of the open table, when its text is outside of its cells. */
  tableCaptions: Block[] | undefined;
  pendingId: string | undefined;
  codeLanguage: string | undefined;
  /** Of the picture in the open figure. */
  figureAlternative: string | undefined;
  preDepth = 0;
  quoteDepth = 0;
  captionDepth = 0;
  /** Level of the open heading, 0 = none. */
  heading = 0;
  /** Characters given to the page so far. */
  size = 0;
  regionDepth = 0;
  #sectionAnchor: string | undefined;

  emit(block: Block): void {
    this.out.push(block);
    if (this.out === this.root) this.size += block.text.length + 100;
  }

  createBlock(kind: ElementKind, text: string): Block {
    if (kind === "heading") this.#sectionAnchor = this.pendingId;
    const anchor = this.pendingId ?? this.#sectionAnchor;
    this.pendingId = undefined;
    return {
      kind,
      text,
      region: this.region,
      linkCharacters: Math.min(this.inline.linkCharacters, text.length),
      anchor,
    };
  }

  #emitParagraph(text: string, marks: readonly TextMark[]): void {
    const item = this.items[this.items.length - 1];
    if (item !== undefined && item.block === undefined) {
      const block = this.#createMarked("list_item", text, marks);
      block.level = item.level;
      if (item.marker !== undefined) block.marker = item.marker;
      item.block = block;
      this.emit(block);
    } else if (
      item?.block !== undefined &&
      this.out.findLast(isShown) === item.block &&
      item.block.text.length < MOST_ITEM
    ) {
      // More paragraphs of the same item, nothing else between: one element.
      if (marks.length > 0) {
        item.block.marks = [...(item.block.marks ?? []), ...shiftMarks(marks, item.block.text.length + 1)];
      }
      item.block.text += `\n${text}`;
      item.block.linkCharacters += Math.min(this.inline.linkCharacters, text.length);
    } else {
      this.emit(this.#createMarked(this.quoteDepth > 0 ? "quote" : "paragraph", text, marks));
    }
  }

  #createMarked(kind: ElementKind, text: string, marks: readonly TextMark[]): Block {
    const block = this.createBlock(kind, text);
    if (marks.length > 0) block.marks = marks;
    return block;
  }

  /** Two line breaks part paragraphs. */
  #emitParagraphs(text: string, marks: readonly TextMark[]): void {
    if (!text.includes("\n\n")) {
      this.#emitParagraph(text, marks);
      return;
    }
    let at = 0;
    for (const part of text.split(/(\n{2,})/)) {
      const trimmed = part.trim();
      if (trimmed !== "") {
        const start = at + part.indexOf(trimmed);
        this.#emitParagraph(trimmed, tidyMarks(trimmed, sliceMarks(marks, start, start + trimmed.length)));
      }
      at += part.length;
    }
  }

  #emitText(text: string): void {
    const marks = this.preDepth > 0 ? [] : this.inline.marksIn(text);
    if (this.preDepth > 0) {
      const block = this.createBlock("code", text);
      if (this.codeLanguage !== undefined) block.codeLanguage = this.codeLanguage;
      this.emit(block);
    } else if (this.heading > 0) {
      const line = text.includes("\n") ? text.replace(/\s*\n\s*/g, " ") : text;
      const block = this.#createMarked("heading", line, line === text ? marks : alignMarks(text, marks, line));
      block.level = this.heading;
      this.emit(block);
    } else if (this.captionDepth > 0) {
      const block = this.#createMarked("caption", text, marks);
      if (this.figureAlternative !== undefined && this.figureAlternative !== text) block.alt = this.figureAlternative;
      this.figureAlternative = undefined;
      if (this.tableCaptions === undefined) this.emit(block);
      else this.tableCaptions.push(block);
    } else if (this.inline.isAlternative && this.items.length === 0 && this.out === this.root) {
      this.emit(this.#createMarked("figure", text, marks));
    } else this.#emitParagraphs(text, marks);
  }

  /** Ends the block whose text has gathered. */
  flush(): void {
    if (!this.inline.isEmpty) {
      const text = this.preDepth > 0 ? tidyPreformatted(this.inline.text) : this.inline.tidied();
      if (text !== "") this.#emitText(text);
      this.inline.clear();
    }
    if (!this.unseen.isEmpty) this.#emitUnseen();
  }

  #emitUnseen(): void {
    for (const { reason, text } of this.unseen.take()) {
      const { region } = this;
      this.emit({ kind: "paragraph", text, region, linkCharacters: 0, anchor: this.#sectionAnchor, hidden: reason });
    }
  }

  openList(isOrdered: boolean, attributes: Attributes): void {
    this.flush();
    const item = this.items[this.items.length - 1];
    const list = this.lists[this.lists.length - 1];
    const start = Number.parseInt(attributes.start ?? "1", 10);
    this.lists.push({
      // A list in an item without text of its own stands in the item's place.
      level:
        item === undefined
          ? list === undefined
            ? 0
            : list.level + 1
          : item.level + (item.block === undefined ? 0 : 1),
      isOrdered,
      type: attributes.type,
      step: attributes.reversed === undefined ? 1 : -1,
      next: Number.isFinite(start) ? start : 1,
    });
  }

  closeList(): void {
    this.flush();
    this.lists.pop();
  }

  openItem(tag: string, attributes: Attributes): void {
    this.flush();
    const list = this.lists[this.lists.length - 1];
    let marker: string | undefined;
    if (list?.isOrdered === true && tag === "li") {
      const value = Number.parseInt(attributes.value ?? "", 10);
      if (Number.isFinite(value)) list.next = value;
      marker = orderedMarker(list.next, attributes.type ?? list.type);
      list.next += list.step;
    }
    this.items.push({ level: (list?.level ?? 0) + (tag === "dd" ? 1 : 0), marker, block: undefined });
  }

  closeItem(): void {
    this.flush();
    this.items.pop();
  }

  openRegion(role: Region["role"]): void {
    this.flush();
    this.regionDepth++;
    this.region = createRegion(role, this.region);
    this.regions.push(this.region);
  }

  closeRegion(): void {
    this.flush();
    this.regionDepth--;
    this.region = this.region.parent ?? this.region;
  }
}
