import type { ExtractionPart, PageImage } from "@groundwork/contracts";

/** Parts that may wait behind a page that is still being read. */
const MOST_WAITING = 64;

/**
 * Passes the parts of a local extractor on and puts what `read` gives in the place of each picture of a page, several pages at once, all in their
 * order. `read` is aborted when nobody takes the parts any more.
 */
export async function* readPageImages(
  parts: AsyncIterable<ExtractionPart>,
  read: (image: PageImage, signal: AbortSignal) => Promise<readonly ExtractionPart[]>,
  atOnce: number,
): AsyncGenerator<ExtractionPart> {
  const leaving = new AbortController();
  const waiting: (readonly ExtractionPart[] | Promise<readonly ExtractionPart[]>)[] = [];
  let open = 0;
  const start = async (image: PageImage): Promise<readonly ExtractionPart[]> => {
    try {
      return await read(image, leaving.signal);
    } finally {
      open--;
    }
  };
  try {
    for await (const part of parts) {
      if (part.type === "page-image") {
        open++;
        const reading = start(part.image);
        // It is looked at when it is its turn.
        reading.catch(() => {});
        waiting.push(reading);
      } else waiting.push([part]);
      while (
        waiting.length > 0 &&
        (!(waiting[0] instanceof Promise) || open >= atOnce || waiting.length > MOST_WAITING)
      )
        yield* await waiting.shift()!;
    }
    while (waiting.length > 0) yield* await waiting.shift()!;
  } finally {
    leaving.abort();
    await Promise.allSettled(waiting);
  }
}
