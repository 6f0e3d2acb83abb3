import { type DocumentElement, type ExtractionPart, GroundworkError, type TextMark } from "@groundwork/contracts";
import { createElementBatch, hiddenTextWarning } from "@groundwork/html-elements";
import { type EpubPackage, packageName, readEpubPackage, readNavigation } from "./epub-package.ts";
import { type HiddenCounts, pageParts } from "./html.ts";
import type { WebInput } from "./web-extractor.ts";
import { openZipReader, type ZipReader } from "./zip-reader.ts";

const MOST_PACKAGE = 32_000_000;
const MOST_CHAPTER = 128_000_000;

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const unreadable = (what: string): GroundworkError =>
  new GroundworkError("CORRUPT_DOCUMENT", `Expected a book (EPUB), found ${what}. Get the file again.`);

async function readPackage(zip: ZipReader): Promise<EpubPackage> {
  const container = zip.has("META-INF/container.xml")
    ? packageName(utf8(await zip.read("META-INF/container.xml", MOST_PACKAGE)))
    : undefined;
  const name =
    container !== undefined && zip.has(container) ? container : zip.names.find((member) => /\.opf$/i.test(member));
  if (name === undefined) throw unreadable("no package document");
  const book = readEpubPackage(utf8(await zip.read(name, MOST_PACKAGE)), name);
  if (book.spine.length === 0) throw unreadable("a package without chapters");
  return book;
}

/** The page that says what the book is: title, authors, description. */
function* titlePage({ metadata, authors, description }: EpubPackage): Generator<DocumentElement> {
  if (metadata.title !== undefined) yield { kind: "title", text: metadata.title };
  if (authors.length > 0) {
    const label = "Authors:";
    const marks: readonly TextMark[] = [{ start: 0, end: label.length, kind: "strong" }];
    yield { kind: "paragraph", text: `${label} ${authors.join(", ")}`, marks };
  }
  const about = description
    ?.replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (about !== undefined && about !== "") yield { kind: "paragraph", text: about };
}

/** Encrypted chapters cannot be read; scrambled fonts do not matter. */
async function refuseProtection(zip: ZipReader, spine: readonly string[]): Promise<void> {
  if (!zip.has("META-INF/encryption.xml")) return;
  const encryption = utf8(await zip.read("META-INF/encryption.xml", MOST_PACKAGE));
  const names = [...encryption.matchAll(/CipherReference\s[^>]*URI\s*=\s*["']([^"']+)["']/g)].map((match) => match[1]!);
  if (names.some((name) => spine.includes(name.replace(/^\//, "")))) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      "Expected a book without copy protection, found encrypted chapters. Provide an unprotected copy.",
    );
  }
}

/** EPUB: chapters in reading order, one at a time; `location.part` is the chapter's file. */
export async function* extractEpub({ document, signal, hidden }: WebInput): AsyncGenerator<ExtractionPart> {
  const zip = await openZipReader(document.content, { signal });
  try {
    const book = await readPackage(zip);
    await refuseProtection(zip, book.spine);
    if (Object.keys(book.metadata).length > 0) yield { type: "metadata", metadata: book.metadata };
    const titles =
      book.navigation !== undefined && zip.has(book.navigation)
        ? readNavigation(utf8(await zip.read(book.navigation, MOST_PACKAGE)), book.navigation)
        : new Map<string, string>();
    const batch = createElementBatch();
    yield* batch.add(titlePage(book));
    let missing = 0;
    const counts: HiddenCounts = { characters: 0 };
    for (const [index, name] of book.spine.entries()) {
      if (!zip.has(name)) {
        missing++;
        continue;
      }
      if (name !== book.navigation)
        yield* chapter(await zip.read(name, MOST_CHAPTER), name, { title: titles.get(name), hidden, counts }, batch);
      yield* batch.finish();
      yield { type: "progress", unit: "part", done: index + 1, total: book.spine.length };
    }
    const warning = hiddenTextWarning(counts.characters);
    if (warning !== undefined) yield { type: "warning", warning };
    if (missing === book.spine.length) throw unreadable("none of its chapters");
    if (missing > 0) {
      yield {
        type: "warning",
        warning: { code: "chapter-missing", message: `${missing} chapters of the book are not in the file.` },
      };
    }
  } finally {
    zip.close();
  }
}

/** A chapter; where it has no heading of its own, the table of contents names it. */
async function* chapter(
  bytes: Uint8Array,
  name: string,
  { title, hidden, counts }: { title: string | undefined; hidden: WebInput["hidden"]; counts: HiddenCounts },
  batch: ReturnType<typeof createElementBatch>,
): AsyncGenerator<ExtractionPart> {
  const location = { part: name };
  let isFirst = true;
  for await (const part of pageParts([bytes], {
    mainContent: false,
    selfClosing: true,
    location,
    metadata: false,
    hidden,
    counts,
  })) {
    if (part.type !== "elements") continue;
    if (isFirst && title !== undefined && !part.elements.slice(0, 5).some((element) => element.kind === "heading")) {
      yield* batch.add([{ kind: "heading", level: 1, text: title, location }]);
    }
    isFirst = false;
    yield* batch.add(part.elements);
  }
}
