/** Title of an ID3v2 (2.2 to 2.4) or ID3v1 tag. */
export function id3Title(bytes: Uint8Array): string | undefined {
  return id3v2Title(bytes) ?? id3v1Title(bytes);
}

const latin = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

function clean(text: string): string | undefined {
  return (
    text
      .replace(/\0[\s\S]*$/, "")
      .trim()
      .normalize("NFC") || undefined
  );
}

function id3v2Title(bytes: Uint8Array): string | undefined {
  if (latin(bytes.subarray(0, 3)) !== "ID3") return undefined;
  const version = bytes[3]!;
  const synchsafe = (at: number): number =>
    (bytes[at]! << 21) | (bytes[at + 1]! << 14) | (bytes[at + 2]! << 7) | bytes[at + 3]!;
  const end = Math.min(bytes.length, 10 + synchsafe(6));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameLength = version === 2 ? 3 : 4;
  const headLength = version === 2 ? 6 : 10;
  for (let at = 10; at + headLength < end; ) {
    const name = latin(bytes.subarray(at, at + nameLength));
    if (!/^[A-Z0-9]+$/.test(name)) return undefined;
    const length =
      version === 2
        ? (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!
        : version === 4
          ? synchsafe(at + 4)
          : view.getUint32(at + 4);
    const start = at + headLength;
    if (length <= 0 || start + length > end) return undefined;
    if (name === "TIT2" || name === "TT2") {
      const coding = bytes[start]!;
      const body = bytes.subarray(start + 1, start + length);
      const label =
        coding === 0 ? "latin1" : coding === 3 ? "utf-8" : coding === 2 || body[0] === 0xfe ? "utf-16be" : "utf-16le";
      return clean(new TextDecoder(label).decode(body).replace(/^\uFEFF/, ""));
    }
    at = start + length;
  }
  return undefined;
}

function id3v1Title(bytes: Uint8Array): string | undefined {
  const tag = bytes.subarray(Math.max(0, bytes.length - 128));
  return tag.length === 128 && latin(tag.subarray(0, 3)) === "TAG" ? clean(latin(tag.subarray(3, 33))) : undefined;
}
