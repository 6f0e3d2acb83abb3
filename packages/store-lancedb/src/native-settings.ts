/**
 * Settings of LanceDB's native code that have no parameter; it reads each once, from the environment of the process, when it
 * first needs it. A value that the user has set stays. In a worker thread `process.env` is a copy that native code does not
 * see: load this package in the main thread first, or set them for the process.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  /**
   * MiB that the builder of a full-text index holds before it writes a partition, for each of its workers. Two gigabytes is the
   * default, so that memory would grow with the table: about 4 KB a row. 64 MiB are about 16,000 rows.
   */
  LANCE_FTS_PARTITION_SIZE: "64",
};

/** To be called before LanceDB is first used. */
export function boundNativeMemory(): void {
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value;
}
