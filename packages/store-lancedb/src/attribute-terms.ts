import { type Data, makeData, Utf8 } from "apache-arrow";
import { ByteWriter } from "./byte-writer.ts";

/**
 * How attributes are filtered. LanceDB has no typed access into a map, and a column per key would turn each new key into a
 * schema change that conflicts with other writers. So each row has one text that standard string functions can search:
 *
 *     ␞ key ␟ s value ␞ key ␟ n 3.5 ␞ key ␟ b 1 ␞ key ␟ l ␝ member ␝ member ␝ ␞
 *
 * `s` string, `n` number, `b` boolean, `l` list of strings, `o` anything else (it only exists). Values stand unescaped, so that
 * prefixes and substrings are theirs; the three separators, should a key or value contain them, become noncharacters of
 * Unicode in the row and in the filter alike.
 */
export const RECORD = "\u001e";
export const UNIT = "\u001f";
export const MEMBER = "\u001d";

/** The form in which a key or a value stands among the terms. */
export function termText(text: string): string {
  return text.replaceAll(MEMBER, "\ufdd0").replaceAll(RECORD, "\ufdd1").replaceAll(UNIT, "\ufdd2");
}

const RECORD_BYTE = 0x1e;
const UNIT_BYTE = 0x1f;
const QUOTE = 0x22;
const STRING_BYTE = 0x73;
const BACKSLASH = 0x5c;

function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    if (byte === BACKSLASH || byte < 0x20) return false;
  }
  return true;
}

/** The typed form of a JSON value; `undefined` when it counts as missing. */
function valueTerm(json: string): string | undefined {
  const value: unknown = JSON.parse(json);
  if (typeof value === "string") return `s${termText(value)}`;
  if (typeof value === "number") return `n${value}`;
  if (typeof value === "boolean") return `b${value ? 1 : 0}`;
  if (value === null) return undefined;
  if (!Array.isArray(value)) return "o";
  return `l${MEMBER}${value
    .filter((member) => typeof member === "string")
    .map((member) => `${termText(member)}${MEMBER}`)
    .join("")}`;
}

const decoder = new TextDecoder();

/** The terms of each row of an `attributes` column. Plain strings, nearly all there is, are copied as bytes. */
export function attributeTermsColumn(attributes: Data): Data {
  const entries = attributes.children[0]!;
  const [keys, values] = entries.children as [Data, Data];
  const [keyBytes, valueBytes] = [keys.values as Uint8Array, values.values as Uint8Array];
  const writer = new ByteWriter(attributes.length * 64);
  const offsets = new Int32Array(attributes.length + 1);
  const writeEntry = (entry: number): void => {
    const start = values.valueOffsets[entry]!;
    const end = values.valueOffsets[entry + 1]!;
    const plain = valueBytes[start] === QUOTE && isPlain(valueBytes, start, end);
    const term = plain ? undefined : valueTerm(decoder.decode(valueBytes.subarray(start, end)));
    if (!plain && term === undefined) return;
    const keyStart = keys.valueOffsets[entry]!;
    const keyEnd = keys.valueOffsets[entry + 1]!;
    writer.writeByte(RECORD_BYTE);
    if (isPlain(keyBytes, keyStart, keyEnd)) writer.writeBytes(keyBytes, keyStart, keyEnd);
    else writer.writeText(termText(decoder.decode(keyBytes.subarray(keyStart, keyEnd))));
    writer.writeByte(UNIT_BYTE);
    if (term !== undefined) writer.writeText(term);
    else {
      writer.writeByte(STRING_BYTE);
      writer.writeBytes(valueBytes, start + 1, end - 1);
    }
  };
  for (let row = 0; row < attributes.length; row++) {
    const end = attributes.getValid(row) ? attributes.valueOffsets[row + 1]! : 0;
    for (let entry = attributes.valueOffsets[row]!; entry < end; entry++) if (values.getValid(entry)) writeEntry(entry);
    writer.writeByte(RECORD_BYTE);
    offsets[row + 1] = writer.length;
  }
  return makeData({
    type: new Utf8(),
    length: attributes.length,
    nullCount: 0,
    nullBitmap: null,
    valueOffsets: offsets,
    data: writer.bytes(),
  });
}
