import { GroundworkError } from "@groundwork/contracts";

export interface AudioExtractorOptions {
  /**
   * Accept M4A and AAC. Their decoders (FFmpeg, Symphonia) are native code inside `@napi-rs/whisper`; the whole recording is decoded
   * at once (230 MB for an hour).
   *
   * @default false
   */
  readonly m4a?: boolean;
  /** Tell speakers apart (S1, S2, ...) where more than one is heard. Costs about .03 CPU seconds a second. @default true */
  readonly speakers?: boolean;
  /** Most speakers told apart, 1 to 6. @default 6 */
  readonly maxSpeakers?: number;
  /** Threads of the speech model; more than one helps only on idle cores. Not part of the identity. @default 1 */
  readonly threads?: number;
  /**
   * Time the model may take for a window of up to 28 s, milliseconds, beside twice its length; then the window is given up with the
   * warning `window-not-recognized`. Not part of the identity.
   *
   * @default 20_000
   */
  readonly windowTimeoutMs?: number;
}

/** Fills in the defaults and checks the values. Throws `INVALID_ARGUMENT`. */
export function resolveAudioOptions(options: AudioExtractorOptions): Required<AudioExtractorOptions> {
  const { m4a = false, speakers = true, maxSpeakers = 6, threads = 1, windowTimeoutMs = 20_000 } = options;
  const check = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new GroundworkError("INVALID_ARGUMENT", `Expected ${name} from ${least} to ${most}, found ${value}.`);
    }
  };
  check("maxSpeakers", maxSpeakers, 1, 6);
  check("threads", threads, 1, 64);
  check("windowTimeoutMs", windowTimeoutMs, 100, 3_600_000);
  return { m4a, speakers, maxSpeakers, threads, windowTimeoutMs };
}
