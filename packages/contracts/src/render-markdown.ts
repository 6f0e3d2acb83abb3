import { type DocumentElement, FURNITURE_KINDS } from "./element.ts";
import { renderInlineMarkdown } from "./render-inline.ts";
import { renderTableHtml, renderTableMarkdown } from "./table.ts";

/** A table needs HTML when Markdown would lose something: spans, or no header row on top. */
function renderTable(element: DocumentElement): string {
  const table = element.table!;
  const spans = table.cells.some((cell) => (cell.rowSpan ?? 1) > 1 || (cell.columnSpan ?? 1) > 1);
  return spans ? renderTableHtml(table) : renderTableMarkdown(table);
}

const UNORDERED = "*";

/** The text with its marks; a heading is strong as it is. */
function renderText({ kind, text, marks }: DocumentElement): string {
  if (kind !== "title" && kind !== "heading") return renderInlineMarkdown(text, marks);
  const own = marks?.filter((mark) => mark.kind !== "strong" || mark.start > 0 || mark.end < text.length);
  return renderInlineMarkdown(text, own).replace(/\s*\n\s*/g, " ");
}

/** A comment is told with all that is known of who wrote it and when; in the text only the name and the day stand. */
function renderComment(element: DocumentElement): string {
  const { author, initials, createdAt } = element.attributes ?? {};
  const text = renderText(element);
  if (author === undefined) return text;
  const lead = [author, createdAt === undefined ? "" : ` (${createdAt.slice(0, 10)})`, ": "].join("");
  const who = `author: ${author}${initials === undefined ? "" : ` (${initials})`}`;
  const when = createdAt === undefined ? "" : `, time: ${createdAt}`;
  return `\\[${who}${when}\\]: ${text.startsWith(lead) ? text.slice(lead.length) : text}`;
}

/**
 * A picture's alternative text stands as one. What a program guessed of a picture, and says that it may be wrong, is kept
 * in the text but is not shown.
 */
function renderFigure(element: DocumentElement): string {
  const { source, generated } = element.attributes ?? {};
  if (generated === "true") return "";
  const text = renderText(element);
  return source === "alternative-text" && !/[[\]\n]/.test(text) ? `![${text}]()` : text;
}

/**
 * Renders elements as Markdown, one string per element (blocks; join them with a blank line). Page furniture is left out.
 * Text is not escaped: what the document says is shown as it says it, with its marks as inline markup.
 */
export function* renderMarkdownBlocks(elements: Iterable<DocumentElement>): Generator<string> {
  let headingShift = 0;
  for (const element of elements) {
    if (FURNITURE_KINDS.has(element.kind) || element.text === "") continue;
    switch (element.kind) {
      case "title":
        headingShift = 1;
        yield `# ${renderText(element)}`;
        break;
      case "heading":
        yield `${"#".repeat(Math.min(6, Math.max(1, (element.level ?? 1) + headingShift)))} ${renderText(element)}`;
        break;
      case "list_item": {
        const indent = "  ".repeat(element.level ?? 0);
        const marker = element.attributes?.marker;
        const shown = marker !== undefined && /^[\dA-Za-z]+[.)]$/.test(marker) ? marker : UNORDERED;
        const { checked } = element.attributes ?? {};
        const box = checked === undefined ? "" : checked === "true" ? "[x] " : "[ ] ";
        yield `${indent}${shown} ${box}${renderText(element).replace(/\n/g, `\n${indent}  `)}`;
        break;
      }
      case "table": {
        const chart = element.attributes?.chart;
        if (chart !== undefined) yield chart;
        yield element.table === undefined ? element.text : renderTable(element);
        break;
      }
      case "comment":
        yield renderComment(element);
        break;
      case "figure": {
        const figure = renderFigure(element);
        if (figure !== "") yield figure;
        break;
      }
      case "code":
        yield `\`\`\`${element.attributes?.language ?? ""}\n${element.text}\n\`\`\``;
        break;
      case "quote":
        yield renderText(element).replace(/^/gm, "> ");
        break;
      case "utterance":
        yield element.speaker === undefined ? renderText(element) : `${element.speaker}: ${renderText(element)}`;
        break;
      default:
        yield renderText(element);
    }
  }
}

const ITEM = /^\s*(?:\*|[\dA-Za-z]+[.)]) /;

/** The whole as one Markdown text; list items of one list stand on adjacent lines. */
export function renderMarkdown(elements: Iterable<DocumentElement>): string {
  let markdown = "";
  let previous: string | undefined;
  for (const block of renderMarkdownBlocks(elements)) {
    const isItem = ITEM.test(block);
    const wasItem = previous !== undefined && ITEM.test(previous);
    markdown += previous === undefined ? block : isItem && wasItem ? `\n${block}` : `\n\n${block}`;
    previous = block;
  }
  return markdown === "" ? "" : `${markdown}\n`;
}
