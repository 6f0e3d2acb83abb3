import type { RandomAccess } from "./random-access.ts";

const NO_SECTOR = 0xfffffffa;
/** Directory sectors that are read: the streams that tell the format are among the first. */
const MOST_SECTORS = 64;

/** Names of the streams and storages of a compound file, as far as its directory can be read. */
async function streamNames(file: RandomAccess): Promise<string[]> {
  const header = await file.read(0, 512);
  if (header.length < 512) return [];
  const data = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const shift = data.getUint16(30, true);
  if (shift < 7 || shift > 16) return [];
  const sectorBytes = 1 << shift;
  const sector = (index: number): Promise<Uint8Array> => file.read((index + 1) * sectorBytes, sectorBytes);
  const names: string[] = [];
  const seen = new Set<number>();
  let next = data.getUint32(48, true);
  while (next < NO_SECTOR && !seen.has(next) && seen.size < MOST_SECTORS) {
    seen.add(next);
    const directory = await sector(next);
    for (let at = 0; at + 128 <= directory.length; at += 128) {
      const nameBytes = directory[at + 64]! | (directory[at + 65]! << 8);
      if (nameBytes >= 2 && nameBytes <= 64) {
        names.push(Buffer.from(directory.subarray(at, at + nameBytes - 2)).toString("utf16le"));
      }
    }
    const perSector = sectorBytes / 4;
    const table = Math.floor(next / perSector);
    if (table >= 109) break;
    const tableSector = data.getUint32(76 + table * 4, true);
    if (tableSector >= NO_SECTOR) break;
    const allocation = await sector(tableSector);
    const entry = (next % perSector) * 4;
    if (entry + 4 > allocation.length) break;
    next = new DataView(allocation.buffer, allocation.byteOffset).getUint32(entry, true);
  }
  return names;
}

/** Office formats that Microsoft's packages are named by when the content is encrypted and only the name is left. */
const OFFICE_BY_EXTENSION: Readonly<Record<string, string>> = {
  xls: "spreadsheetml.sheet",
  ppt: "presentationml.presentation",
  doc: "wordprocessingml.document",
};

/** Tells what an OLE compound file holds by the names of its streams. */
export async function oleMediaType(
  file: RandomAccess,
  extension: string,
): Promise<{ mediaType: string; confidence: number }> {
  const names = new Set(await streamNames(file));
  const office = (application: string): { mediaType: string; confidence: number } => ({
    mediaType: `application/${application}`,
    confidence: 1,
  });
  if (names.has("EncryptedPackage") && names.has("EncryptionInfo")) {
    // What is inside cannot be seen without the password: the name decides which extractor asks for it.
    const kind = OFFICE_BY_EXTENSION[extension.slice(0, 3)] ?? "wordprocessingml.document";
    return { mediaType: `application/vnd.openxmlformats-officedocument.${kind}`, confidence: 0.6 };
  }
  if ([...names].some((name) => name.startsWith("__properties_version1") || name.startsWith("__substg1.0_"))) {
    return office("vnd.ms-outlook");
  }
  if (names.has("WordDocument")) return office("msword");
  if (names.has("Workbook") || names.has("Book")) return office("vnd.ms-excel");
  if (names.has("PowerPoint Document")) return office("vnd.ms-powerpoint");
  if (names.has("VisioDocument")) return office("vnd.visio");
  if ([...names].some((name) => /^(?:Quill|CONTENTS)$/.test(name)) && names.has("Quill"))
    return office("x-mspublisher");
  return { mediaType: "application/x-ole-storage", confidence: 0.8 };
}
