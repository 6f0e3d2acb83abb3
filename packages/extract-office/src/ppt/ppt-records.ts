/** A record of a PowerPoint stream ([MS-PPT] 2.3.1). */
export interface PptRecord {
  readonly type: number;
  readonly instance: number;
  readonly data: Uint8Array;
  readonly view: DataView;
}

const MAX_DEPTH = 64;

export function readRecord(stream: Uint8Array, at: number): PptRecord | undefined {
  if (at < 0 || at + 8 > stream.length) return undefined;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const length = view.getUint32(at + 4, true);
  const data = stream.subarray(at + 8, at + 8 + length);
  return {
    type: view.getUint16(at + 2, true),
    instance: view.getUint16(at, true) >> 4,
    data,
    view: new DataView(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** Records that follow one another in the data of a container. */
export function* members(data: Uint8Array): Generator<PptRecord> {
  for (let at = 0; at + 8 <= data.length; ) {
    const record = readRecord(data, at);
    if (record === undefined) return;
    yield record;
    at += 8 + new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(at + 4, true);
  }
}

export function member(record: PptRecord | undefined, type: number): PptRecord | undefined {
  if (record === undefined) return undefined;
  for (const one of members(record.data)) if (one.type === type) return one;
  return undefined;
}

const CONTAINERS: ReadonlySet<number> = new Set([1036, 0xf002, 0xf003, 0xf004, 0xf00d, 0xf011, 1000, 4080]);

/** All records of a type inside a container, in order. */
export function* within(record: PptRecord, type: number, depth: number = 0): Generator<PptRecord> {
  for (const one of members(record.data)) {
    if (one.type === type) yield one;
    else if (CONTAINERS.has(one.type) && depth < MAX_DEPTH) yield* within(one, type, depth + 1);
  }
}

/** Text of a text atom; `undefined` for other records. */
export function atomText(record: PptRecord): string | undefined {
  const bytes = Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength);
  if (record.type === 4000) return bytes.toString("utf16le");
  if (record.type === 4008) return bytes.toString("latin1");
  return undefined;
}
