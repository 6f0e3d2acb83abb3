import type { ExtractionPart } from "@groundwork/contracts";
import { createElementBatch, createHtmlConverter, type HtmlConverterOptions } from "@groundwork/html-elements";
import { createTextDecoder } from "@groundwork/media-type";
import { pageCharset } from "./page-charset.ts";
import type { WebInput } from "./web-extractor.ts";

const HEAD_BYTES = 65_536;

/** The parts of a page that comes in pieces of bytes. */
export async function* pageParts(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: HtmlConverterOptions & { readonly charset?: string; readonly metadata?: boolean },
): AsyncGenerator<ExtractionPart> {
  const converter = createHtmlConverter(options);
  const batch = createElementBatch();
  let waiting: Uint8Array[] = [];
  let size = 0;
  let decoder: ReturnType<typeof createTextDecoder> | undefined;
  const start = (isWhole: boolean): void => {
    const head = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
    waiting = [];
    decoder = createTextDecoder(pageCharset(head, options.charset));
    // Decoding in one go takes a faster way.
    converter.write(isWhole ? decoder.decode(head) : decoder.decode(head, { stream: true }));
  };
  for await (const piece of bytes) {
    if (decoder === undefined) {
      waiting.push(piece);
      size += piece.length;
      if (size >= HEAD_BYTES) start(false);
      continue;
    }
    converter.write(decoder.decode(piece, { stream: true }));
    yield* batch.add(converter.take());
  }
  if (decoder === undefined) start(true);
  else converter.write(decoder.decode());
  converter.end();
  const metadata = converter.metadata();
  if (options.metadata !== false && Object.keys(metadata).length > 0) yield { type: "metadata", metadata };
  yield* batch.add(converter.take());
  yield* batch.finish();
}

/** HTML and XHTML. */
export async function* extractHtml({ document, signal, mainContent }: WebInput): AsyncGenerator<ExtractionPart> {
  yield* pageParts(document.content.stream({ signal }), {
    mainContent,
    selfClosing: document.mediaType === "application/xhtml+xml",
  });
}
