import type { ExtractionPart } from "@groundwork/contracts";
import {
  createElementBatch,
  createHtmlConverter,
  type HtmlConverterOptions,
  hiddenTextWarning,
} from "@groundwork/html-elements";
import { pageCharset } from "./page-charset.ts";
import { createPageDecoder, type PageDecoder } from "./page-decoder.ts";
import type { WebInput } from "./web-extractor.ts";

const HEAD_BYTES = 65_536;

/** Where the pages of a book are counted together. */
export interface HiddenCounts {
  characters: number;
}

/** The parts of a page that comes in pieces of bytes. */
export async function* pageParts(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: HtmlConverterOptions & {
    readonly charset?: string;
    readonly metadata?: boolean;
    readonly counts?: HiddenCounts;
  },
): AsyncGenerator<ExtractionPart> {
  const converter = createHtmlConverter(options);
  const batch = createElementBatch();
  let waiting: Uint8Array[] = [];
  let size = 0;
  let decoder: PageDecoder | undefined;
  const start = (isWhole: boolean): void => {
    const head = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
    waiting = [];
    decoder = createPageDecoder(pageCharset(head, options.charset));
    converter.write(decoder.decode(head, isWhole));
  };
  for await (const piece of bytes) {
    if (decoder === undefined) {
      waiting.push(piece);
      size += piece.length;
      if (size >= HEAD_BYTES) start(false);
      continue;
    }
    converter.write(decoder.decode(piece, false));
    yield* batch.add(converter.take());
  }
  if (decoder === undefined) start(true);
  else converter.write(decoder.decode(new Uint8Array(), true));
  converter.end();
  const metadata = converter.metadata();
  if (options.metadata !== false && Object.keys(metadata).length > 0) yield { type: "metadata", metadata };
  yield* batch.add(converter.take());
  yield* batch.finish();
  if (options.counts !== undefined) {
    options.counts.characters += converter.hiddenCharacters();
    return;
  }
  const warning = hiddenTextWarning(converter.hiddenCharacters());
  if (warning !== undefined) yield { type: "warning", warning };
}

/** HTML and XHTML. */
export function extractHtml({ document, signal, mainContent, hidden }: WebInput): AsyncGenerator<ExtractionPart> {
  return pageParts(document.content.stream({ signal }), {
    mainContent,
    hidden,
    selfClosing: document.mediaType === "application/xhtml+xml",
  });
}
