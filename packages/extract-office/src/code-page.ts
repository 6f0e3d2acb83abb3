import { TextDecoder } from "node:util";

/** Code pages of `\fcharset`. */
const CODE_PAGES: Readonly<Record<number, number>> = {
  77: 10000,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
};
const LABELS: Readonly<Record<number, string>> = {
  437: "ibm437",
  866: "ibm866",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  1200: "utf-16le",
  1361: "euc-kr",
  10000: "macintosh",
  10007: "x-mac-cyrillic",
  20866: "koi8-r",
  28592: "iso-8859-2",
  32768: "macintosh",
  65001: "utf-8",
};
const decoders = new Map<number, TextDecoder>();

export function codePageOfCharset(charset: number): number | undefined {
  return CODE_PAGES[charset];
}

/** The decoder of a Windows code page; Windows-1252 where the platform has none. */
export function codePageDecoder(codePage: number): TextDecoder {
  let decoder = decoders.get(codePage);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(LABELS[codePage] ?? `windows-${codePage}`);
    } catch {
      decoder = new TextDecoder("windows-1252");
    }
    decoders.set(codePage, decoder);
  }
  return decoder;
}
