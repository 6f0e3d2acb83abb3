import { availableParallelism, totalmem } from "node:os";

/** Memory that a host may take at its worst while it reads an ordinary document, bytes. */
const BYTES_PER_HOST = 768 * 1024 * 1024;

/**
 * Documents worked on at once where nothing is configured: one a core, as far as the memory of the machine (or of the
 * container that the process may not leave) holds as many hosts.
 */
export function defaultConcurrency(
  cores: number = availableParallelism(),
  bytes: number = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
): number {
  return Math.max(1, Math.min(cores, Math.floor(bytes / BYTES_PER_HOST)));
}
