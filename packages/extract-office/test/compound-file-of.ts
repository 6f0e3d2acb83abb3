const SECTOR = 512;
const END = 0xfffffffe;

/** An OLE compound file with the given streams in its root, each stored in whole sectors; enough for tests. */
export function compoundFileOf(streams: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(streams);
  const directorySectors = Math.ceil((names.length + 1) / 4);
  const fat = new Uint32Array(SECTOR / 4).fill(0xffffffff);
  fat[0] = 0xfffffffd;
  const chain = (from: number, count: number): void => {
    for (let index = 0; index < count; index++) fat[from + index] = index === count - 1 ? END : from + index + 1;
  };
  chain(1, directorySectors);
  let next = 1 + directorySectors;
  const directory = Buffer.alloc(directorySectors * SECTOR);
  const data: Buffer[] = [];
  const entry = (
    index: number,
    name: string,
    type: number,
    right: number,
    child: number,
    start: number,
    size: number,
  ) => {
    const at = index * 128;
    directory.write(name, at, "utf16le");
    directory.writeUInt16LE((name.length + 1) * 2, at + 64);
    directory.writeUInt8(type, at + 66);
    directory.writeUInt32LE(0xffffffff, at + 68);
    directory.writeUInt32LE(right, at + 72);
    directory.writeUInt32LE(child, at + 76);
    directory.writeUInt32LE(start, at + 116);
    directory.writeUInt32LE(size, at + 120);
  };
  entry(0, "Root Entry", 5, 0xffffffff, names.length > 0 ? 1 : 0xffffffff, END, 0);
  names.forEach((name, index) => {
    const bytes = streams[name]!;
    const sectors = Math.max(1, Math.ceil(bytes.length / SECTOR));
    chain(next, sectors);
    const right = index + 1 < names.length ? index + 2 : 0xffffffff;
    entry(index + 1, name, 2, right, 0xffffffff, next, bytes.length);
    data.push(Buffer.concat([bytes, Buffer.alloc(sectors * SECTOR - bytes.length)]));
    next += sectors;
  });
  if (next > fat.length) throw new Error("the streams do not fit into one FAT sector");
  const header = Buffer.alloc(SECTOR, 0xff);
  header.fill(0, 0, 76);
  Buffer.from("d0cf11e0a1b11ae1", "hex").copy(header);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(1, 44);
  header.writeUInt32LE(1, 48);
  // Every stream counts as large, so that no mini stream is needed.
  header.writeUInt32LE(0, 56);
  header.writeUInt32LE(END, 60);
  header.writeUInt32LE(END, 68);
  header.writeUInt32LE(0, 76);
  return Buffer.concat([header, Buffer.from(fat.buffer), directory, ...data]);
}
