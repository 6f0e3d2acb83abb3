import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ExtractionPart, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import type { ArchiveInput } from "./archive-extractor.ts";
import { memberNames } from "./member-names.ts";
import { extractTar } from "./tar.ts";

const TAR_BLOCK = 512;

/** The checksum in a tar header tells the format, also where the name does not. */
function isTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK) return false;
  const stated = Number.parseInt(
    Buffer.from(block.subarray(148, 156))
      .toString("latin1")
      .replace(/[\0 ]+/g, ""),
    8,
  );
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : block[at]!;
  return Number.isFinite(stated) && stated > 0 && sum === stated;
}

/** The unpacked bytes, counted as they come. */
async function* unpack({ document, signal, budget }: ArchiveInput): AsyncGenerator<Uint8Array> {
  const source = Readable.from(document.content.stream({ signal }), { objectMode: false });
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const piece of gunzip) {
      throwIfAborted(signal);
      budget.addBytes((piece as Buffer).length);
      yield new Uint8Array(piece as Buffer);
    }
  } catch (error) {
    throw GroundworkError.from(
      error,
      "CORRUPT_DOCUMENT",
      "Expected a gzip file, found a damaged or cut one. Get the file again.",
    );
  } finally {
    gunzip.destroy();
    source.destroy();
    // The source closes its own handles when it is destroyed; that takes a turn.
    await new Promise((resolve) => (source.closed ? resolve(undefined) : source.once("close", resolve)));
  }
}

async function* prepend(first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** A gzip file: the members of a tar inside it, or its one file under the name without `.gz`. */
export async function* extractGzip(input: ArchiveInput): AsyncGenerator<ExtractionPart> {
  const unpacked = unpack(input);
  try {
    const head: Uint8Array[] = [];
    let size = 0;
    while (size < TAR_BLOCK) {
      const next = await unpacked.next();
      if (next.done === true) break;
      head.push(next.value);
      size += next.value.length;
    }
    const all = prepend(head, unpacked);
    if (isTarHeader(Buffer.concat(head))) {
      yield* extractTar(input, all, false);
      return;
    }
    input.budget.addEntry();
    const bytes = await input.budget.gather(all, false);
    const wanted = input.document.fileName.replace(/\.(?:gz|gzip|z)$/i, "").replace(/\.tgz$/i, ".tar");
    const name = memberNames()(wanted === input.document.fileName || wanted === "" ? "content" : wanted) ?? "content";
    if (bytes.length > 0) yield { type: "child", child: { name, bytes } };
  } finally {
    await unpacked.return(undefined);
  }
}
