import { readFile } from "node:fs/promises";
import { vocabularyPath } from "@groundwork/model-whisper-tiny-en";

/** Tokens of the model that are no text. */
export const END_OF_TEXT = 50_256;
export const START_OF_TRANSCRIPT = 50_257;
export const NO_TIMESTAMPS = 50_362;

interface VocabularyFile {
  /** Tokens that are never said: sounds in brackets, music, control. */
  readonly suppressed: readonly number[];
  /** Tokens that do not begin a text. */
  readonly suppressedFirst: readonly number[];
  /** Bytes of each token, one character a byte. */
  readonly tokens: readonly string[];
}

/** What the tokens of the model stand for. */
export class WhisperVocabulary {
  readonly suppressed: readonly number[];
  readonly suppressedFirst: readonly number[];
  readonly #tokens: readonly string[];

  private constructor({ suppressed, suppressedFirst, tokens }: VocabularyFile) {
    this.suppressed = suppressed;
    this.suppressedFirst = suppressedFirst;
    this.#tokens = tokens;
  }

  static async create(): Promise<WhisperVocabulary> {
    return new WhisperVocabulary(JSON.parse(await readFile(vocabularyPath, "utf8")) as VocabularyFile);
  }

  /** Whether a token begins a word: those inside a word have no blank before them. */
  beginsWord(token: number): boolean {
    return this.#tokens[token]!.startsWith(" ");
  }

  /** A character may be cut into several tokens, so texts are made of many at once. */
  textOf(tokens: readonly number[]): string {
    return Buffer.from(tokens.map((token) => this.#tokens[token] ?? "").join(""), "latin1").toString("utf8");
  }
}
