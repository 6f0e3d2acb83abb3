import {
  type CallOptions,
  type ExtractionPart,
  type Extractor,
  GroundworkError,
  type SourceDocument,
  throwIfAborted,
} from "@groundwork/contracts";
import { detectContentCharset, requireCharset } from "@groundwork/media-type";
import type { TextInput } from "./text-input.ts";

export interface TextExtractorOptions {
  /**
   * Encoding of every document, a label of the WHATWG encoding standard. Without it each document's own is told by its
   * bytes.
   */
  readonly charset?: string;
}

type Reader = (input: TextInput) => AsyncIterable<ExtractionPart>;
type LoadReader = () => Promise<Reader>;

/** Readers are loaded when a document needs them: most runs, and most threads, meet few kinds. */
const code: LoadReader = async () => (await import("./code.ts")).extractCode;
const delimited: LoadReader = async () => (await import("./delimited.ts")).extractDelimited;
const json: LoadReader = async () => (await import("./json.ts")).extractJson;
const lightMarkup: LoadReader = async () => (await import("./light-markup.ts")).extractLightMarkup;
const markdown: LoadReader = async () => (await import("./markdown.ts")).extractMarkdown;
const plainText: LoadReader = async () => (await import("./plain-text.ts")).extractPlainText;
const subtitles: LoadReader = async () => (await import("./subtitles.ts")).extractSubtitles;
const xml: LoadReader = async () => (await import("./xml.ts")).extractXml;

const READERS: Readonly<Record<string, LoadReader>> = {
  "text/plain": plainText,
  "text/markdown": markdown,
  "text/x-markdown": markdown,
  "text/csv": delimited,
  "text/tab-separated-values": delimited,
  "application/json": json,
  "application/ld+json": json,
  "application/geo+json": json,
  "application/x-ndjson": json,
  "application/xml": xml,
  "text/xml": xml,
  "text/vtt": subtitles,
  "application/x-subrip": subtitles,
  "text/x-rst": lightMarkup,
  "text/asciidoc": lightMarkup,
  "text/org": lightMarkup,
  "text/calendar": plainText,
  "text/vcard": plainText,
  "text/x-tex": plainText,
};

const CODE_TYPES: readonly string[] = [
  "text/css",
  "text/javascript",
  "text/yaml",
  "text/x-c",
  "text/x-c++",
  "text/x-csharp",
  "text/x-go",
  "text/x-java",
  "text/x-kotlin",
  "text/x-php",
  "text/x-powershell",
  "text/x-python",
  "text/x-r",
  "text/x-ruby",
  "text/x-rust",
  "text/x-scala",
  "text/x-shellscript",
  "text/x-sql",
  "text/x-swift",
  "text/x-toml",
  "text/x-typescript",
];

/**
 * Reads texts: plain, Markdown, CSV and TSV, JSON and JSON lines, XML, subtitles, reStructuredText, AsciiDoc, Org, program
 * code. Rows, records and lines are streamed.
 *
 * Errors: `EMPTY_DOCUMENT` (0 bytes), `CORRUPT_DOCUMENT` (binary, or JSON that is cut or no JSON), `EXTERNAL_ENTITY_REFUSED`
 * (XML that asks for another file or for expansion), `UNSUPPORTED_MEDIA_TYPE` (EBCDIC), `DOCUMENT_TOO_LARGE` (one JSON record
 * of more than 64 MB).
 */
export function textExtractor(options: TextExtractorOptions = {}): Extractor {
  async function* extract(document: SourceDocument, { signal }: CallOptions = {}): AsyncGenerator<ExtractionPart> {
    const ids = { documentId: document.documentId, stage: "extract", driver: "extract-text" };
    throwIfAborted(signal, ids);
    if (document.content.size === 0) {
      throw new GroundworkError("EMPTY_DOCUMENT", "Expected text, found 0 bytes. Check the file at its source.", ids);
    }
    try {
      const charset = options.charset ?? requireCharset(await detectContentCharset(document.content, { signal }));
      const read = await (READERS[document.mediaType] ?? code)();
      for await (const part of read({ document, charset, signal })) {
        throwIfAborted(signal, ids);
        yield part;
        throwIfAborted(signal, ids);
      }
    } catch (error) {
      throw GroundworkError.from(
        error,
        "CORRUPT_DOCUMENT",
        `Expected ${document.mediaType}, found something that cannot be read as it. Open the file and check it.`,
        ids,
      );
    }
  }
  return {
    identity: { name: "extract-text", revision: "2", options },
    mediaTypes: [...Object.keys(READERS), ...CODE_TYPES],
    isolation: "thread",
    reference: {
      module: new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
      name: "textExtractor",
      options,
    },
    extract,
  };
}
