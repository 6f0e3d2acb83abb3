import { open } from "node:fs/promises";

/** Protobuf field of an ONNX model that holds its metadata pairs; in a pair, field 1 is the key and field 2 the value. */
const METADATA_FIELD = 14;

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let factor = 1;
  let index = at;
  for (;;) {
    const byte = bytes[index++]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80 || index >= bytes.length) return { value, next: index };
    factor *= 128;
  }
}

/** A metadata text of an ONNX file, which the runtime's own interface does not show. Reads only the fields' heads. */
export async function modelMetadata(path: string, key: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(24);
    for (let position = 0; position < size; ) {
      const { bytesRead } = await file.read(head, 0, head.length, position);
      const tag = readVarint(head.subarray(0, bytesRead), 0);
      const wire = tag.value & 7;
      const length = readVarint(head.subarray(0, bytesRead), tag.next);
      if (wire === 0) position += length.next;
      else if (wire === 2) {
        if (tag.value >> 3 === METADATA_FIELD) {
          const pair = new Uint8Array(length.value);
          await file.read(pair, 0, pair.length, position + length.next);
          const name = readVarint(pair, 1);
          const keyText = new TextDecoder().decode(pair.subarray(name.next, name.next + name.value));
          if (keyText === key) {
            const value = readVarint(pair, name.next + name.value + 1);
            return new TextDecoder().decode(pair.subarray(value.next, value.next + value.value));
          }
        }
        position += length.next + length.value;
      } else position += tag.next + (wire === 1 ? 8 : 4);
    }
    return undefined;
  } finally {
    await file.close();
  }
}
