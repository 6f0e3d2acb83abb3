/** Sound as a decoder gives it: one channel (the mean of all), -1..1, in pieces of at most a few seconds. */
export interface PcmSource {
  /** Hertz. */
  readonly sampleRate: number;
  readonly samples: AsyncIterable<Float32Array> | Iterable<Float32Array>;
  /** Title that the file's tags state. */
  readonly title?: string;
  /** Set while decoding: the file was damaged or cut off, what came before is good. */
  damaged(): boolean;
}
