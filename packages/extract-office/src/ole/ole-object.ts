import { CompoundFile, isCompoundFile } from "./compound-file.ts";

/** A file taken out of its OLE wrapper. */
export interface OleObject {
  readonly bytes: Uint8Array;
  readonly extension: string;
}

const MAIN_STREAMS = [
  ["WordDocument", "doc"],
  ["Workbook", "xls"],
  ["Book", "xls"],
  ["PowerPoint Document", "ppt"],
] as const;

/**
 * The file inside an OLE object, where it is one that stands on its own. `undefined`: the bytes are no OLE object;
 * `null`: they are one whose content only its own program reads (an equation, a control).
 */
export function readOleObject(bytes: Uint8Array): OleObject | null | undefined {
  if (!isCompoundFile(bytes)) return undefined;
  try {
    const file = new CompoundFile(bytes);
    const inside = file.stream("Package");
    if (inside !== undefined) return { bytes: inside, extension: "zip" };
    const contents = file.stream("CONTENTS");
    if (contents !== undefined && Buffer.from(contents.subarray(0, 5)).toString("latin1") === "%PDF-") {
      return { bytes: contents, extension: "pdf" };
    }
    const native = file.stream("\u0001Ole10Native");
    if (native !== undefined) return readPackager(native);
    const main = MAIN_STREAMS.find(([name]) => file.has(name));
    return main === undefined ? null : { bytes, extension: main[1] };
  } catch {
    return null;
  }
}

/** The file that the object packager wrapped: label, path, temporary path, then the bytes. */
function readPackager(native: Uint8Array): OleObject | null {
  const view = new DataView(native.buffer, native.byteOffset, native.byteLength);
  let at = 6;
  const text = (): string => {
    const end = native.indexOf(0, at);
    if (end < 0) throw new RangeError("unterminated");
    const value = Buffer.from(native.subarray(at, end)).toString("latin1");
    at = end + 1;
    return value;
  };
  const label = text();
  text();
  at += 4;
  at += 4 + view.getUint32(at, true);
  const size = view.getUint32(at, true);
  const extension = /\.([A-Za-z0-9]{1,8})$/.exec(label)?.[1]?.toLowerCase() ?? "bin";
  return size > native.length - at - 4 ? null : { bytes: native.subarray(at + 4, at + 4 + size), extension };
}
