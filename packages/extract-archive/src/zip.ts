import type { Readable } from "node:stream";
import { type ExtractionPart, GroundworkError, throwIfAborted } from "@groundwork/contracts";
import { createTextDecoder, detectCharset } from "@groundwork/media-type";
import { type Entry, fromBuffer, open, type ZipFile } from "yauzl";
import type { ArchiveInput } from "./archive-extractor.ts";
import { isLeftover, memberNames } from "./member-names.ts";

const SETTINGS = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;

const corrupt = (cause: unknown): GroundworkError =>
  new GroundworkError("CORRUPT_DOCUMENT", "Expected a ZIP archive, found a damaged or cut one. Get the file again.", {
    cause: { name: (cause as Error | null)?.name ?? "Error", code: (cause as { code?: unknown } | null)?.code },
  });

async function openArchive({ document, signal }: ArchiveInput): Promise<ZipFile> {
  const { content } = document;
  const bytes = content.path === undefined ? await content.bytes({ signal }) : undefined;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, file?: ZipFile): void => {
      if (file === undefined) reject(corrupt(error));
      else resolve(file);
    };
    if (bytes === undefined) open(content.path!, SETTINGS, done);
    else fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), SETTINGS, done);
  });
}

/** The next entry of the directory, `undefined` at its end. */
function nextEntry(file: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      file.off("entry", onEntry);
      file.off("end", onEnd);
      file.off("error", onError);
    };
    const onEntry = (entry: Entry): void => {
      settle();
      resolve(entry);
    };
    const onEnd = (): void => {
      settle();
      resolve(undefined);
    };
    const onError = (error: Error): void => {
      settle();
      reject(corrupt(error));
    };
    file.on("entry", onEntry);
    file.on("end", onEnd);
    file.on("error", onError);
    file.readEntry();
  });
}

/** A name is too short for statistics; one that is wholly Japanese when read as Shift_JIS is that. */
function shiftJisName(raw: Buffer): string | undefined {
  try {
    const text = new TextDecoder("shift_jis", { fatal: true }).decode(raw);
    const foreign = text.replace(/\p{ASCII}/gu, "");
    return foreign !== "" &&
      /^[\u3041-\u30ff\u4e00-\u9fff\uff10-\uff5a]+$/.test(foreign) &&
      /[\u3041-\u9fff]/.test(foreign)
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}

/** Names that are not marked as UTF-8 are in the encoding of the machine that packed them. */
function nameOf(entry: Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  if ((entry.generalPurposeBitFlag & 0x800) !== 0) return raw.toString("utf8");
  const japanese = shiftJisName(raw);
  if (japanese !== undefined) return japanese;
  const { charset } = detectCharset(new Uint8Array(raw));
  if (charset === undefined) return raw.toString("latin1");
  return charset === "windows-1252" ? raw.toString("latin1") : createTextDecoder(charset).decode(new Uint8Array(raw));
}

async function* member(file: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    file.openReadStream(entry, (error, opened) => (opened === undefined ? reject(corrupt(error)) : resolve(opened)));
  });
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    throw corrupt(error);
  } finally {
    stream.destroy();
  }
}

function timeOf(entry: Entry): number | undefined {
  // The clock of DOS has no zone: it is read as UTC, so that every machine reads the same.
  const date = entry.lastModFileDate;
  const time = entry.lastModFileTime;
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  if (month < 1 || month > 12 || day < 1) return undefined;
  return Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

/** Members of a ZIP archive in the order of its directory. */
export async function* extractZip(input: ArchiveInput): AsyncGenerator<ExtractionPart> {
  const { budget, signal } = input;
  const file = await openArchive(input);
  const safeName = memberNames();
  let given = 0;
  let encrypted = 0;
  let damaged = 0;
  let unsupported = 0;
  try {
    for (let entry = await nextEntry(file); entry !== undefined; entry = await nextEntry(file)) {
      throwIfAborted(signal);
      budget.addEntry();
      const wanted = nameOf(entry);
      const name = isLeftover(wanted) ? undefined : safeName(wanted);
      if (name === undefined) continue;
      if (entry.isEncrypted()) {
        encrypted++;
        continue;
      }
      if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
        unsupported++;
        continue;
      }
      budget.checkStated(entry.uncompressedSize);
      let bytes: Uint8Array;
      try {
        bytes = await budget.gather(member(file, entry));
      } catch (error) {
        if (!GroundworkError.isInstance(error) || error.code !== "CORRUPT_DOCUMENT") throw error;
        damaged++;
        continue;
      }
      given++;
      const modifiedAt = timeOf(entry);
      yield { type: "child", child: { name, bytes, ...(modifiedAt === undefined ? {} : { modifiedAt }) } };
      yield { type: "progress", unit: "part", done: Math.min(given, file.entryCount), total: file.entryCount };
    }
    yield* outcome({ given, encrypted, damaged, unsupported });
  } finally {
    file.close();
  }
}

function* outcome(counts: {
  given: number;
  encrypted: number;
  damaged: number;
  unsupported: number;
}): Generator<ExtractionPart> {
  const { given, encrypted, damaged, unsupported } = counts;
  if (given === 0 && encrypted > 0) {
    throw new GroundworkError(
      "PASSWORD_REQUIRED",
      `Expected a readable archive, found ${encrypted} encrypted members and no other. Unpack it with its password and store the members.`,
    );
  }
  if (given === 0 && damaged > 0) throw corrupt(null);
  if (given === 0 && unsupported > 0) {
    throw new GroundworkError(
      "UNSUPPORTED_MEDIA_TYPE",
      `Expected members packed by deflate or stored, found ${unsupported} packed otherwise. Pack the archive again.`,
    );
  }
  const warnings = [
    ["member-encrypted", encrypted, "members are encrypted"],
    ["member-damaged", damaged, "members are damaged"],
    ["member-unsupported", unsupported, "members are packed by a method that is not supported"],
  ] as const;
  for (const [code, count, message] of warnings) {
    if (count > 0) yield { type: "warning", warning: { code, message: `${count} ${message} and were left out.` } };
  }
}
