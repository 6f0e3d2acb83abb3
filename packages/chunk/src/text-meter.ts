import { ELEMENT_SEPARATOR, embedderInput, type TokenCounter } from "@groundwork/contracts";
import type { Span, Stretch } from "./span.ts";

/**
 * Characters that count as one token at least: a vocabulary that maps a long unknown word to one token must not let a
 * chunk grow without limit.
 */
const CHARACTERS_PER_TOKEN = 16;

export interface CountedText {
  readonly text: string;
  readonly tokens: number;
}

export const NO_CONTEXT: CountedText = { text: "", tokens: 0 };

/** A text and what counts its tokens. With a counter whose counts add up, each stretch is counted once. */
export class TextMeter {
  readonly text: string;
  readonly counter: TokenCounter;
  /** See `TokenCounter.isAdditive`. */
  readonly isAdditive: boolean;
  #gap: number | undefined;

  constructor(text: string, counter: TokenCounter) {
    this.text = text;
    this.counter = counter;
    this.isAdditive = counter.isAdditive === true;
  }

  count(text: string): number {
    return this.counter.count(text);
  }

  /** Counts a stretch that was not counted yet. */
  measure(stretch: Stretch): Span {
    return spanOf(stretch, this.#countRange(stretch.start, stretch.end), undefined);
  }

  #countRange(start: number, end: number): number {
    const { counter, text } = this;
    return counter.countRange === undefined
      ? counter.count(text.slice(start, end))
      : counter.countRange(text, start, end);
  }

  /** The span that is made of these pieces. */
  sum(stretch: Stretch, pieces: readonly Span[]): Span {
    let exact = pieces[0]!.exact;
    for (let index = 1; index < pieces.length; index++) {
      const piece = pieces[index]!;
      if (!piece.isParted) return spanOf(stretch, this.#countRange(stretch.start, stretch.end), pieces);
      exact += piece.exact;
    }
    return spanOf(stretch, exact, pieces);
  }

  /** Tokens of the blank lines between two elements. */
  get gap(): number {
    this.#gap ??= this.isAdditive ? 0 : Math.max(0, this.count(`a${ELEMENT_SEPARATOR}a`) - 2 * this.count("a"));
    return this.#gap;
  }

  /** Tokens that a context takes from a chunk's budget. `text` is the lines, one below the other. */
  joinedTokens(text: string, lines: readonly CountedText[]): number {
    if (text === "") return 0;
    if (!this.isAdditive) return this.count(`${text}\n`);
    let tokens = 0;
    for (const line of lines) tokens += line.tokens;
    return tokens;
  }

  /** Tokens of a chunk as embedded: context, line break, spans, special tokens. */
  inputTokens(context: CountedText, spans: readonly Span[]): number {
    const { start, exact } = spans[0]!;
    const { end } = spans[spans.length - 1]!;
    const { specialTokens } = this.counter;
    if (!this.isAdditive) return this.count(embedderInput(context.text, this.text.slice(start, end))) + specialTokens;
    let tokens = exact;
    for (let index = 1; index < spans.length; index++) {
      const span = spans[index]!;
      tokens += span.exact;
      if (span.isParted) continue;
      tokens = this.#countRange(start, end);
      break;
    }
    return context.tokens + tokens + specialTokens;
  }
}

function spanOf(stretch: Stretch, exact: number, pieces: readonly Span[] | undefined): Span {
  const { start, end, isParted, cut, element, grain } = stretch;
  const tokens = Math.max(exact, Math.ceil((end - start) / CHARACTERS_PER_TOKEN));
  return { start, end, isParted, cut, element, grain, exact, tokens, pieces };
}

/** Whether the stretch is made of nothing but blanks that always part tokens, and of one at least: not every space does. */
export function partsTokens(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code !== 32 && code !== 10 && code !== 9 && code !== 13) return false;
  }
  return start < end;
}
