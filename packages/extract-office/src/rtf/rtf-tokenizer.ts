export type RtfToken =
  | { readonly type: "open" }
  | { readonly type: "close" }
  | { readonly type: "word"; readonly word: string; readonly value: number | undefined }
  /** A control symbol such as `~`, `*` or `_`. */
  | { readonly type: "symbol"; readonly symbol: string }
  /** Bytes of text, in the encoding of the font that is set. */
  | { readonly type: "bytes"; readonly bytes: Uint8Array };

const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Longest control word of the specification is 32 letters. */
const MAX_WORD = 40;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Splits an RTF file into its tokens; binary data is passed over. */
export function* tokenizeRtf(bytes: Uint8Array): Generator<RtfToken> {
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at]!;
    if (code === OPEN) {
      at++;
      yield { type: "open" };
    } else if (code === CLOSE) {
      at++;
      yield { type: "close" };
    } else if (code !== BACKSLASH) {
      let end = at;
      while (end < bytes.length && bytes[end] !== BACKSLASH && bytes[end] !== OPEN && bytes[end] !== CLOSE) end++;
      const run = bytes.subarray(at, end);
      const text = run.some((byte) => byte < 32) ? run.filter((byte) => byte >= 32 || byte === 9) : run;
      if (text.length > 0) yield { type: "bytes", bytes: text };
      at = end;
    } else if (isLetter(bytes[at + 1] ?? 0)) {
      let end = at + 1;
      while (end < bytes.length && isLetter(bytes[end]!) && end - at <= MAX_WORD) end++;
      const word = Buffer.from(bytes.subarray(at + 1, end)).toString("latin1");
      const start = end;
      if (bytes[end] === 0x2d && isDigit(bytes[end + 1] ?? 0)) end++;
      while (end < bytes.length && isDigit(bytes[end]!) && end - start < 12) end++;
      const value = end === start ? undefined : Number(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
      at = bytes[end] === 0x20 ? end + 1 : end;
      if (word === "bin" && value !== undefined && value > 0) at += value;
      else yield { type: "word", word, value };
    } else if (bytes[at + 1] === 0x27) {
      const value = Number.parseInt(Buffer.from(bytes.subarray(at + 2, at + 4)).toString("latin1"), 16);
      if (!Number.isNaN(value)) yield { type: "bytes", bytes: Uint8Array.of(value) };
      at += 4;
    } else {
      const symbol = String.fromCharCode(bytes[at + 1] ?? 0);
      at += 2;
      // A line end behind a backslash is a paragraph end.
      if (symbol === "\n" || symbol === "\r") yield { type: "word", word: "par", value: undefined };
      else if (symbol === "\\" || symbol === "{" || symbol === "}") {
        yield { type: "bytes", bytes: Uint8Array.of(symbol.charCodeAt(0)) };
      } else yield { type: "symbol", symbol };
    }
  }
}
