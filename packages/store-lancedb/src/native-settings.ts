/**
 * Settings of LanceDB's native code that have no parameter; it reads each once, from the environment of the process, when it
 * first needs it. A value that the user has set stays. In a worker thread `process.env` is a copy that native code does not
 * see: load this package in the main thread first, or set them for the process.
 *
 * With its defaults the memory of scans, compactions and index builds grows with the table: of 160,000 vectors of 384
 * dimensions an index build took 690 MB and a compaction 240; with these 245 and 140, in the same time. A scan of a table
 * of many fragments, which `maintain` compacts, takes a quarter longer.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  /** Bytes that a scan reads ahead of who uses them; the default is two gigabytes. */
  LANCE_DEFAULT_IO_BUFFER_SIZE: "33554432",
  /** Fragments that a scan reads at once. */
  LANCE_DEFAULT_FRAGMENT_READAHEAD: "2",
  /** Rows of a batch inside a scan; the default is 8,192. */
  LANCE_DEFAULT_BATCH_SIZE: "1024",
  /** Sorts vectors into the partitions of an index through files, not in memory. */
  LANCE_LEGACY_SHUFFLER: "1",
  /** Warnings of its own would go to standard error, in the middle of what a program prints there. */
  LANCEDB_LOG: "error",
};

/** To be called before LanceDB is first used. */
export function boundNativeMemory(): void {
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value;
}
