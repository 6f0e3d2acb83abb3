import type { DocumentElement, DocumentMetadata, ExtractionPart } from "@groundwork/contracts";
import { convertHtml, createElementBatch, hiddenTextWarning } from "@groundwork/html-elements";
import { createTextDecoder } from "@groundwork/media-type";
import { Parser } from "htmlparser2";
import type { HiddenCounts } from "./html.ts";
import { pageCharset } from "./page-charset.ts";
import type { WebInput } from "./web-extractor.ts";

const tidy = (text: string): string =>
  text
    .replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed()
    .normalize("NFC");

function timeOf(text: string | undefined): number | undefined {
  // Dates of feeds carry a zone (RFC 822, RFC 3339); one without would depend on the machine.
  if (text === undefined || !/(?:Z|GMT|UTC?|[ECMP][SD]T|[+-]\d{2}:?\d{2})\s*$/i.test(text.trim())) return undefined;
  const time = Date.parse(text.trim());
  return Number.isNaN(time) ? undefined : time;
}

interface Item {
  readonly values: Map<string, string>;
  readonly tags: string[];
  link: string | undefined;
}

/** HTML of an item may be longer than its summary: the longest that is there is the text. */
const BODIES = ["content:encoded", "content", "description", "summary"];
/** One text of a feed beyond this is cut. */
const MOST_TEXT = 5_000_000;

function* itemElements(item: Item, hidden: WebInput["hidden"], counts: HiddenCounts): Generator<DocumentElement> {
  const title = tidy(item.values.get("title") ?? "");
  const location = item.link === undefined ? {} : { location: { anchor: item.link } };
  if (title !== "") yield { kind: "heading", level: 1, text: title, ...location };
  const date =
    item.values.get("pubdate") ??
    item.values.get("published") ??
    item.values.get("dc:date") ??
    item.values.get("updated");
  const author = tidy(item.values.get("dc:creator") ?? item.values.get("author") ?? "");
  const line = [author, tidy(date ?? "")].filter((text) => text !== "").join(", ");
  if (line !== "") yield { kind: "note", text: line, ...location };
  const bodies = BODIES.map((name) => item.values.get(name) ?? "").filter((text) => text.trim() !== "");
  const body = bodies.find((_text, index) => index === 0) ?? "";
  const { elements, hiddenCharacters } = convertHtml(body, { mainContent: false, hidden });
  counts.characters += hiddenCharacters;
  for (const element of elements) {
    const level = element.kind === "heading" ? { level: Math.min(9, (element.level ?? 1) + 1) } : {};
    yield { ...element, ...level, ...location };
  }
}

/** RSS and Atom: the feed's title and description, then each item as a section. */
export async function* extractFeed({ document, signal, hidden }: WebInput): AsyncGenerator<ExtractionPart> {
  const batch = createElementBatch();
  const ready: DocumentElement[] = [];
  const counts: HiddenCounts = { characters: 0 };
  const channel: Item = { values: new Map(), tags: [], link: undefined };
  const stack: string[] = [];
  let item: Item | undefined;
  let text = "";
  let markupDepth = 0;
  let isChannelGiven = false;

  const giveChannel = (): void => {
    if (isChannelGiven) return;
    isChannelGiven = true;
    const title = tidy(channel.values.get("title") ?? "");
    if (title !== "") ready.push({ kind: "title", text: title });
    const about = tidy(channel.values.get("description") ?? channel.values.get("subtitle") ?? "");
    if (about !== "") ready.push({ kind: "paragraph", text: about });
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const tag = name.toLowerCase();
        if (markupDepth > 0) {
          markupDepth++;
          text += `<${tag}>`;
          return;
        }
        stack.push(tag);
        if (tag === "item" || tag === "entry") {
          giveChannel();
          item = { values: new Map(), tags: [], link: undefined };
        }
        if (tag === "link" && attributes.href !== undefined && (attributes.rel ?? "alternate") === "alternate") {
          (item ?? channel).link ??= attributes.href;
        }
        if (tag === "category" && attributes.term !== undefined) (item ?? channel).tags.push(attributes.term);
        if (attributes.type === "xhtml") markupDepth = 1;
        text = "";
      },
      ontext(chunk) {
        if (text.length < MOST_TEXT)
          text += markupDepth > 0 ? chunk.replace(/&/g, "&amp;").replace(/</g, "&lt;") : chunk;
      },
      onclosetag(name) {
        const tag = name.toLowerCase();
        if (markupDepth > 1) {
          markupDepth--;
          text += `</${tag}>`;
          return;
        }
        markupDepth = 0;
        stack.pop();
        const parent = stack.at(-1);
        const target = item ?? channel;
        if (tag === "item" || tag === "entry") {
          if (item !== undefined) ready.push(...itemElements(item, hidden, counts));
          item = undefined;
        } else if (tag === "link" && text.trim() !== "") target.link ??= text.trim();
        else if (tag === "category" && text.trim() !== "") target.tags.push(tidy(text));
        else if (tag === "name" && parent === "author") target.values.set("author", text);
        else if (
          parent === "item" ||
          parent === "entry" ||
          parent === "channel" ||
          parent === "feed" ||
          parent === "rdf:rdf"
        ) {
          if (text.trim() !== "" && !target.values.has(tag)) target.values.set(tag, text);
        }
        text = "";
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  let decoder: ReturnType<typeof createTextDecoder> | undefined;
  for await (const piece of document.content.stream({ signal })) {
    decoder ??= createTextDecoder(pageCharset(piece));
    parser.write(decoder.decode(piece, { stream: true }));
    yield* batch.add(ready.splice(0));
  }
  parser.end(decoder?.decode());
  giveChannel();
  const language = tidy(channel.values.get("language") ?? "");
  const title = tidy(channel.values.get("title") ?? "");
  const modifiedAt = timeOf(
    channel.values.get("lastbuilddate") ?? channel.values.get("updated") ?? channel.values.get("pubdate"),
  );
  const author = tidy(channel.values.get("author") ?? channel.values.get("managingeditor") ?? "");
  const metadata: DocumentMetadata = {
    ...(title === "" ? {} : { title }),
    ...(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*$/.test(language) ? { language } : {}),
    ...(author === "" ? {} : { author }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(channel.link === undefined ? {} : { attributes: { link: channel.link } }),
  };
  if (Object.keys(metadata).length > 0) yield { type: "metadata", metadata };
  yield* batch.add(ready.splice(0));
  yield* batch.finish();
  const warning = hiddenTextWarning(counts.characters);
  if (warning !== undefined) yield { type: "warning", warning };
}
