/** Tokens that stand for themselves in any text, as the published tokeniser has them. */
const ADDED_TOKENS = /(\[(?:PAD|UNK|CLS|SEP|MASK)\])/;

/** What is dropped: NUL, the replacement character, controls and formats. Tab and line breaks are blanks. */
const DROPPED = /[\ufffd\p{Cf}\p{Co}\p{Cs}]|(?![\t\n\r])\p{Cc}/gu;
/** Ideographs of the basic plane are words of their own. By code units: those of the other planes are letters of words. */
const IDEOGRAPH = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;
const ACCENT = /\p{Mn}/gu;
const PUNCTUATION = "\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E";
const WORD = new RegExp(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`, "gu");

/**
 * The words of a text as BERT's uncased normaliser and pre-tokeniser make them (Devlin et al. 2018): lower case, without
 * accents, controls and blanks, each punctuation sign and each ideograph a word of its own.
 */
export function bertWords(text: string): string[] {
  if (!ADDED_TOKENS.test(text)) return wordsOf(text);
  return text.split(ADDED_TOKENS).flatMap((part, index) => (index % 2 === 1 ? [part] : wordsOf(part)));
}

function wordsOf(text: string): string[] {
  const normalized = text
    .replace(DROPPED, "")
    // First, since ideographs are parted before their compatibility forms are resolved.
    .replace(IDEOGRAPH, " $& ")
    .toLowerCase()
    .normalize("NFD")
    .replace(ACCENT, "");
  return normalized.match(WORD) ?? [];
}
