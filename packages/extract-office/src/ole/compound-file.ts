import { TextDecoder } from "node:util";
import { GroundworkError } from "@groundwork/contracts";

/** A stream or storage of a compound file. */
interface DirectoryEntry {
  readonly name: string;
  readonly type: number;
  readonly start: number;
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
}

const FREE = 0xffffffff;
const END_OF_CHAIN = 0xfffffffe;
const HEADER_DIFAT = 109;
const ENTRY_BYTES = 128;

export function isCompoundFile(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 8 &&
    [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].every((expected, index) => bytes[index] === expected)
  );
}

function damaged(): GroundworkError {
  return new GroundworkError(
    "CORRUPT_DOCUMENT",
    "Expected a complete OLE compound file, found a damaged or truncated one. Repair the file or fetch it again.",
  );
}

/** Reads an OLE compound file ([MS-CFB]): the container of binary Office files and of encrypted OOXML. */
export class CompoundFile {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sectorSize: number;
  readonly #miniSize: number;
  readonly #miniCutoff: number;
  readonly #fat: Uint32Array;
  readonly #miniFat: Uint32Array;
  readonly #entries: readonly DirectoryEntry[];
  #miniStream: Uint8Array | undefined;
  readonly #paths = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    if (!isCompoundFile(bytes) || bytes.length < 512) throw damaged();
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sectorShift = this.#view.getUint16(30, true);
    const miniShift = this.#view.getUint16(32, true);
    if (sectorShift < 7 || sectorShift > 16 || miniShift < 4 || miniShift > sectorShift) throw damaged();
    this.#sectorSize = 1 << sectorShift;
    this.#miniSize = 1 << miniShift;
    this.#miniCutoff = this.#view.getUint32(56, true);
    this.#fat = this.#readFat();
    this.#miniFat = toWords(this.#chain(this.#view.getUint32(60, true)));
    this.#entries = this.#readDirectory(this.#view.getUint32(48, true));
    this.#index(this.#entries[0]?.child ?? FREE, "", new Set());
  }

  /** Paths of all streams, storages divided by `/`. */
  paths(): string[] {
    return Array.from(this.#paths.keys());
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** The bytes of a stream; `undefined` when there is none of the name. */
  stream(path: string): Uint8Array | undefined {
    const entry = this.#entries[this.#paths.get(path) ?? -1];
    if (entry === undefined) return undefined;
    if (entry.size >= this.#miniCutoff) return this.#chain(entry.start).subarray(0, entry.size);
    const root = this.#entries[0];
    this.#miniStream ??= root === undefined ? new Uint8Array() : this.#chain(root.start).subarray(0, root.size);
    const result = new Uint8Array(entry.size);
    let sector = entry.start;
    for (let at = 0; at < entry.size; at += this.#miniSize) {
      const from = sector * this.#miniSize;
      if (sector >= this.#miniFat.length || from >= this.#miniStream.length) throw damaged();
      const piece = this.#miniStream.subarray(from, from + Math.min(this.#miniSize, entry.size - at));
      result.set(piece, at);
      sector = this.#miniFat[sector]!;
    }
    return result;
  }

  #sector(index: number): Uint8Array {
    const from = (index + 1) * this.#sectorSize;
    if (from >= this.#bytes.length) throw damaged();
    return this.#bytes.subarray(from, from + this.#sectorSize);
  }

  #readFat(): Uint32Array {
    const sectors: number[] = [];
    const most = Math.ceil(this.#bytes.length / this.#sectorSize);
    for (let index = 0; index < HEADER_DIFAT; index++) {
      const sector = this.#view.getUint32(76 + index * 4, true);
      if (sector < END_OF_CHAIN - 1) sectors.push(sector);
    }
    let next = this.#view.getUint32(68, true);
    for (let guard = 0; next < END_OF_CHAIN - 1 && guard <= most; guard++) {
      const words = toWords(this.#sector(next));
      for (const sector of words.subarray(0, -1)) if (sector < END_OF_CHAIN - 1) sectors.push(sector);
      next = words.at(-1) ?? END_OF_CHAIN;
    }
    if (sectors.length > most) throw damaged();
    const fat = new Uint32Array((sectors.length * this.#sectorSize) / 4).fill(FREE);
    sectors.forEach((sector, index) => {
      fat.set(toWords(this.#sector(sector)), (index * this.#sectorSize) / 4);
    });
    return fat;
  }

  #chain(start: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    const most = Math.ceil(this.#bytes.length / this.#sectorSize);
    for (let sector = start; sector < END_OF_CHAIN - 1; sector = this.#fat[sector] ?? END_OF_CHAIN) {
      if (pieces.length > most) throw damaged();
      pieces.push(this.#sector(sector));
    }
    return Buffer.concat(pieces);
  }

  #readDirectory(start: number): DirectoryEntry[] {
    const bytes = this.#chain(start);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries: DirectoryEntry[] = [];
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const nameBytes = Math.min(64, view.getUint16(at + 64, true));
      const name = new TextDecoder("utf-16le").decode(bytes.subarray(at, at + Math.max(0, nameBytes - 2)));
      const size = view.getUint32(at + 120, true);
      entries.push({
        name,
        type: view.getUint8(at + 66),
        left: view.getUint32(at + 68, true),
        right: view.getUint32(at + 72, true),
        child: view.getUint32(at + 76, true),
        start: view.getUint32(at + 116, true),
        size: Math.min(size, this.#bytes.length),
      });
    }
    return entries;
  }

  #index(from: number, prefix: string, seen: Set<number>): void {
    const pending = [{ from, prefix }];
    while (pending.length > 0) {
      const { from: id, prefix: path } = pending.pop()!;
      const entry = this.#entries[id];
      if (entry === undefined || seen.has(id)) continue;
      seen.add(id);
      pending.push({ from: entry.left, prefix: path }, { from: entry.right, prefix: path });
      if (entry.type === 2) this.#paths.set(path + entry.name, id);
      else if (entry.type === 1) pending.push({ from: entry.child, prefix: `${path}${entry.name}/` });
    }
  }
}

function toWords(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(bytes.length >> 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < words.length; index++) words[index] = view.getUint32(index * 4, true);
  return words;
}
