import { type DocumentElement, HIDDEN_ATTRIBUTE } from "@groundwork/contracts";
import { type PdfDocument, pageSize } from "@groundwork/pdfium";
import type { PageAnnotations } from "./annotations.ts";
import type { Block } from "./blocks.ts";
import { boxesOf, elementOf, joinElements, type TextBlock, textBlockOf } from "./elements.ts";
import { FontStatistics } from "./font-statistics.ts";
import { findFurniture, type MarginSummary, summariseMargins } from "./furniture.ts";
import { HeadingClassifier } from "./headings.ts";
import type { Line } from "./lines.ts";
import { ListLevels } from "./list-levels.ts";
import { layOutPage, layOutUnseen, type UnseenBlock } from "./page-layout.ts";
import type { PageLines } from "./page-lines.ts";
import { continuesColumn } from "./paragraphs.ts";
import { headerOf, type OpenTable } from "./tables.ts";
import { DocumentVocabulary } from "./vocabulary.ts";

/** Pages before the current one whose margins are remembered. */
const LOOK_BACK = 6;
/** A paragraph that is this long (characters) is not joined with the next page's: text without full stops has no end. */
const MAX_JOINED = 20_000;

/** Turns pages into elements with what is known of the document around them: fonts, margins, words, headings so far. */
export class DocumentAssembler {
  readonly #fonts = new FontStatistics();
  readonly #vocabulary = new DocumentVocabulary();
  readonly #headings: HeadingClassifier;
  readonly #lists = new ListLevels();
  #margins: MarginSummary[] = [];
  /** The last paragraph of a page, which may run on over the next one, and what follows it on its own page. */
  #pending: { element: DocumentElement; last: Line; after: DocumentElement[] } | undefined;
  /** The table that ended the page before. */
  #openTable: OpenTable | undefined;
  #firstPage: number | undefined;
  #title: string | undefined;

  constructor(outline: ReadonlyMap<string, number>) {
    this.#headings = new HeadingClassifier(this.#fonts, outline);
  }

  /** The first title or top heading found on the first page with text. */
  get title(): string | undefined {
    return this.#title;
  }

  /** Learns from a page before any page near it is taken. */
  observe(page: PageLines): void {
    this.#fonts.add(page);
    this.#vocabulary.add(page);
    this.#margins.push(summariseMargins(page));
  }

  /** The elements of a page, those of the page before that were waiting for it first. */
  take(page: PageLines): DocumentElement[] {
    this.#margins = this.#margins.filter((summary) => summary.page >= page.page - LOOK_BACK);
    const furniture = findFurniture(page, this.#margins, this.#fonts.bodySize);
    const layout = layOutPage(page, furniture, this.#vocabulary, this.#fonts.bodySize, this.#openTable);
    this.#openTable = openTableOf(layout.body.at(-1));
    const blocks = layout.body.map((block) => textBlockOf(block, this.#vocabulary)).filter(({ text }) => text !== "");
    for (const textBlock of blocks) this.#headings.observe(textBlock.block, wholeText(textBlock));
    if (blocks.length > 0) this.#firstPage ??= page.page;
    const body = blocks.map((textBlock) => ({ element: this.#element(textBlock), lines: textBlock.block.lines }));
    const furnished = layout.furniture.map(({ kind, block }): DocumentElement => {
      const textBlock = textBlockOf(block, this.#vocabulary);
      return { kind, text: textBlock.text, boxes: boxesOf(textBlock) };
    });
    furnished.push(...this.#unseenElements(layout.unseen));
    const elements: DocumentElement[] = [];
    const first = body[0];
    const pending = this.#pending;
    let held: DocumentElement[] = [];
    if (
      pending !== undefined &&
      pending.element.text.length < MAX_JOINED &&
      first?.element.kind === "paragraph" &&
      continuesColumn(pending.last, first.lines[0]!)
    ) {
      first.element = joinElements(pending.element, first.element, this.#vocabulary);
      held = pending.after;
      this.#pending = undefined;
    } else {
      elements.push(...this.flush());
    }
    body.forEach(({ element, lines }, index) => {
      const after = index === 0 ? held : [];
      if (index === body.length - 1 && element.kind === "paragraph" && lines.length > 0) {
        this.#pending = { element, last: lines.at(-1)!, after: [...after, ...furnished] };
      } else {
        elements.push(element, ...after);
      }
    });
    if (this.#pending === undefined) elements.push(...furnished);
    return elements;
  }

  /** Of a page whose text layer is not read: what its pictures cannot show. */
  takeUnseen(page: PageLines): DocumentElement[] {
    const elements = this.#unseenElements(layOutUnseen(page));
    return elements.length === 0 ? [] : [...this.flush(), ...elements];
  }

  /** What was waiting for the next page. */
  flush(): DocumentElement[] {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending === undefined ? [] : [pending.element, ...pending.after];
  }

  finish(): DocumentElement[] {
    return this.flush();
  }

  annotationElements(document: PdfDocument, number: number, { fields, notes }: PageAnnotations): DocumentElement[] {
    const size = fields.length + notes.length === 0 ? undefined : pageSize(document, number - 1);
    if (size === undefined) return [];
    const share = (value: number, whole: number): number =>
      Math.round(Math.min(1, Math.max(0, value / whole)) * 10_000) / 10_000;
    const box = (area: { left: number; top: number; right: number; bottom: number }) => ({
      page: number,
      left: share(area.left, size.width),
      top: share(area.top, size.height),
      right: share(area.right, size.width),
      bottom: share(area.bottom, size.height),
    });
    return [
      ...this.flush(),
      ...fields.map(
        (field): DocumentElement => ({
          kind: "form_field",
          text: `${field.name}: ${field.value}`.normalize("NFC"),
          boxes: [box(field)],
        }),
      ),
      ...notes.map(
        (note): DocumentElement => ({ kind: "comment", text: note.text.normalize("NFC"), boxes: [box(note)] }),
      ),
    ];
  }

  #unseenElements(blocks: readonly UnseenBlock[]): DocumentElement[] {
    return blocks.map(({ reason, block }): DocumentElement => {
      const textBlock = textBlockOf(block, this.#vocabulary);
      const boxes = boxesOf(textBlock);
      return { kind: "paragraph", text: textBlock.text, boxes, attributes: { [HIDDEN_ATTRIBUTE]: reason } };
    });
  }

  #element(textBlock: TextBlock): DocumentElement {
    const { block } = textBlock;
    const text = wholeText(textBlock);
    const decision = this.#headings.classify(block, text, block.page === this.#firstPage);
    if (decision !== undefined) this.#title ??= text.replace(/\s+/g, " ");
    const isItem = block.kind === "list_item" && decision === undefined;
    if (!isItem) this.#lists.end(block);
    return elementOf(textBlock, decision, isItem ? this.#lists.levelOf(block) : 0);
  }
}

function openTableOf(block: Block | undefined): OpenTable | undefined {
  if (block?.table === undefined || block.places === undefined) return undefined;
  const header = block.table.continuedHeader ?? headerOf(block.table);
  return { places: block.places, header };
}

/** The text with its marker: a numbered heading looks like an item of a list. */
function wholeText({ block, text }: TextBlock): string {
  return block.marker === undefined ? text : `${block.marker} ${text}`;
}
