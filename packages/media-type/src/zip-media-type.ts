import type { RandomAccess } from "./random-access.ts";

const END_RECORD = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/** Names that are read; the parts that tell the format come early or are found in the whole of a small directory. */
const MOST_NAMES = 5_000;
const MOST_DIRECTORY_BYTES = 1_048_576;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const nameOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1").replaceAll("\\", "/");

async function directoryNames(file: RandomAccess): Promise<string[] | undefined> {
  const tailStart = Math.max(0, file.size - 65_557);
  const tail = await file.read(tailStart, file.size - tailStart);
  const data = view(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (data.getUint32(at, true) !== END_RECORD) continue;
    let size = data.getUint32(at + 12, true);
    let offset = data.getUint32(at + 16, true);
    if (offset === 0xffffffff && at >= 20 && data.getUint32(at - 20, true) === ZIP64_LOCATOR) {
      const record = await file.read(Number(data.getBigUint64(at - 12, true)), 56);
      if (record.length < 56) return undefined;
      size = Number(view(record).getBigUint64(40, true));
      offset = Number(view(record).getBigUint64(48, true));
    }
    // Bytes before the archive (a stub, junk) shift every offset: the directory ends where its end record starts.
    const shifted = tailStart + at - size;
    for (const start of new Set([offset, shifted])) {
      if (start < 0 || start >= file.size) continue;
      const names = entryNames(await file.read(start, Math.min(size, MOST_DIRECTORY_BYTES)));
      if (names.length > 0 || size === 0) return names;
    }
  }
  return undefined;
}

function entryNames(directory: Uint8Array): string[] {
  const data = view(directory);
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && names.length < MOST_NAMES; ) {
    if (data.getUint32(at, true) !== DIRECTORY_ENTRY) break;
    const nameBytes = data.getUint16(at + 28, true);
    names.push(nameOf(directory.subarray(at + 46, at + 46 + nameBytes)));
    at += 46 + nameBytes + data.getUint16(at + 30, true) + data.getUint16(at + 32, true);
  }
  return names;
}

/** Names of the local headers in the head: all that a cut archive has. */
function localNames(head: Uint8Array): string[] {
  const data = view(head);
  const names: string[] = [];
  for (let at = 0; at + 30 <= head.length && names.length < MOST_NAMES; at++) {
    if (head[at] !== 0x50 || data.getUint32(at, true) !== LOCAL_HEADER) continue;
    names.push(nameOf(head.subarray(at + 30, at + 30 + data.getUint16(at + 26, true))));
  }
  return names;
}

/** The stored first member `mimetype` of EPUB and OpenDocument. */
function declaredType(head: Uint8Array): string | undefined {
  if (head.length < 60 || nameOf(head.subarray(30, 38)) !== "mimetype") return undefined;
  const data = view(head);
  const start = 38 + data.getUint16(28, true);
  const match = /^[a-z]+\/[\w.+-]+/.exec(nameOf(head.subarray(start, start + 80)));
  return data.getUint16(8, true) === 0 ? match?.[0].replace(/PK$/, "") : undefined;
}

/** What a cut package is by its name, when its first member says that it is a package. */
const PACKAGE_BY_EXTENSION: Readonly<Record<string, string>> = {
  docx: "wordprocessingml.document",
  docm: "wordprocessingml.document",
  xlsx: "spreadsheetml.sheet",
  xlsm: "spreadsheetml.sheet",
  pptx: "presentationml.presentation",
  pptm: "presentationml.presentation",
};

/** Tells what a ZIP holds by the names of its members. */
export async function zipMediaType(
  file: RandomAccess,
  head: Uint8Array,
  extension: string,
): Promise<{ mediaType: string; confidence: number }> {
  const declared = declaredType(head);
  if (declared !== undefined && /^application\/(?:epub\+zip|vnd\.oasis|vnd\.sun)/.test(declared)) {
    return { mediaType: declared, confidence: 1 };
  }
  const listed = await directoryNames(file);
  const names = listed ?? localNames(head);
  const confidence = listed === undefined ? 0.7 : 1;
  const has = (test: (name: string) => boolean): boolean => names.some(test);
  const starts = (prefix: string): boolean => has((name) => name.toLowerCase().startsWith(prefix));
  const office = "application/vnd.openxmlformats-officedocument.";
  if (has((name) => name.toLowerCase() === "[content_types].xml") || has((name) => name === "_rels/.rels")) {
    if (starts("word/")) return { mediaType: `${office}wordprocessingml.document`, confidence };
    if (has((name) => name === "xl/workbook.bin")) {
      return { mediaType: "application/vnd.ms-excel.sheet.binary.macroenabled.12", confidence };
    }
    if (starts("xl/")) return { mediaType: `${office}spreadsheetml.sheet`, confidence };
    if (starts("ppt/")) return { mediaType: `${office}presentationml.presentation`, confidence };
    if (starts("visio/")) return { mediaType: "application/vnd.ms-visio.drawing.main+xml", confidence };
    if (has((name) => name.toLowerCase().endsWith(".fpage")))
      return { mediaType: "application/vnd.ms-xpsdocument", confidence };
  }
  if (listed === undefined && PACKAGE_BY_EXTENSION[extension] !== undefined) {
    return { mediaType: `${office}${PACKAGE_BY_EXTENSION[extension]}`, confidence: 0.5 };
  }
  if (starts("meta-inf/container.xml") && has((name) => /\.opf$/i.test(name))) {
    return { mediaType: "application/epub+zip", confidence };
  }
  if (has((name) => name === "content.xml") && has((name) => name === "META-INF/manifest.xml")) {
    return { mediaType: "application/vnd.oasis.opendocument.text", confidence: 0.6 };
  }
  if (has((name) => /^(?:Index\/Document\.iwa|Index\.zip|index\.(?:xml|apxl)(?:\.gz)?)$/.test(name))) {
    if (has((name) => name.startsWith("Index/Slide")))
      return { mediaType: "application/vnd.apple.keynote", confidence };
    if (extension === "numbers") return { mediaType: "application/vnd.apple.numbers", confidence: 0.8 };
    return { mediaType: "application/vnd.apple.pages", confidence: 0.8 };
  }
  if (has((name) => name === "AndroidManifest.xml")) {
    return { mediaType: "application/vnd.android.package-archive", confidence };
  }
  if (has((name) => name === "META-INF/MANIFEST.MF")) return { mediaType: "application/java-archive", confidence };
  return { mediaType: "application/zip", confidence };
}
