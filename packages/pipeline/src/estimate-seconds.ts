/**
 * Expected seconds of one core by kind of file: a fixed part and a part per megabyte. Rough figures of the local extractors,
 * good enough to order work and to tell how long a run will take.
 */
const BY_EXTENSION: readonly (readonly [pattern: RegExp, fixed: number, perMegabyte: number])[] = [
  [/\.(?:png|jpe?g|tiff?|webp|gif|bmp|heic)$/i, 5, 2],
  [/\.wav$/i, 1, 8],
  [/\.(?:mp3|m4a|ogg|opus|flac|aac)$/i, 1, 40],
  [/\.pdf$/i, 0.3, 2],
  [/\.(?:docx|pptx|xlsx|odt|ods|odp|doc|ppt|xls|epub|zip|eml|msg)$/i, 0.1, 1],
];

/** Expected cost of reading, chunking and embedding a file, seconds of one core. */
export function estimateSeconds(key: string, bytes: number): number {
  const [, fixed, perMegabyte] = BY_EXTENSION.find(([pattern]) => pattern.test(key)) ?? [/$/, 0.05, 20];
  return fixed + (perMegabyte * bytes) / 1_000_000;
}
