import { tidyText } from "./inline-text.ts";
import type { UnseenReason } from "./visibility.ts";

/** A stretch of text that nobody sees. */
export interface UnseenStretch {
  readonly reason: UnseenReason;
  text: string;
}

const HAS_WORDS = /[\p{L}\p{N}]/u;

/** Gathers what nobody sees of a block, one text for each stretch with the same reason. */
export class UnseenText {
  #stretches: UnseenStretch[] = [];
  #isApart = false;
  /** Characters that wait. */
  length = 0;

  get isEmpty(): boolean {
    return this.#stretches.length === 0;
  }

  append(reason: UnseenReason, text: string): void {
    this.length += text.length;
    const last = this.#stretches[this.#stretches.length - 1];
    if (last?.reason !== reason) {
      // Blanks alone hide nothing.
      if (text.trim() !== "") this.#stretches.push({ reason, text });
    } else last.text += this.#isApart ? ` ${text}` : text;
    this.#isApart = false;
  }

  /** Visible text comes in between. */
  part(): void {
    this.#isApart = true;
  }

  /** Ends the stretches. Those without a letter or digit are no text. */
  take(): UnseenStretch[] {
    const stretches = this.#stretches;
    this.#stretches = [];
    this.#isApart = false;
    this.length = 0;
    return stretches.flatMap(({ reason, text }) => {
      const tidied = tidyText(text.replace(/[\t\n\f\r ]+/g, " "));
      return HAS_WORDS.test(tidied) ? [{ reason, text: tidied }] : [];
    });
  }
}
