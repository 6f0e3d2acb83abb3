import type { TextLine, TextWord } from "./text-line.ts";
import type { RecognizedCharacter } from "./text-recognition.ts";

/** Wide forms of ASCII and Chinese marks that the model mixes into Latin text. */
const NARROW: Readonly<Record<string, string>> = {
  "。": ".",
  "、": ",",
  "【": "[",
  "】": "]",
  "“": "\u201C",
  "”": "\u201D",
  "—": "\u2014",
  "～": "~",
  "￥": "¥",
};

const WIDE_SCRIPT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

function narrow(character: string): string {
  const known = NARROW[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  if (code === 0x3000) return " ";
  return code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : character;
}

/** Text, words and confidence of a decoded line; `undefined` when nothing is left of it. */
export function decodeLine(
  rectangle: TextLine["rectangle"],
  characters: readonly RecognizedCharacter[],
): TextLine | undefined {
  const wide = characters.filter(({ text }) => WIDE_SCRIPT.test(text)).length;
  const read =
    wide * 4 > characters.length ? characters : characters.map((one) => ({ ...one, text: narrow(one.text) }));
  const words: TextWord[] = [];
  let text = "";
  let current: RecognizedCharacter[] = [];
  const pitch = read.length > 1 ? (read[read.length - 1]!.position - read[0]!.position) / (read.length - 1) : 0.5;
  const close = (): void => {
    if (current.length === 0) return;
    const word = current
      .map((one) => one.text)
      .join("")
      .normalize("NFC");
    if (text !== "") text += " ";
    words.push({
      text: word,
      start: Math.max(0, current[0]!.position - pitch / 2),
      end: Math.min(1, current[current.length - 1]!.position + pitch / 2),
      offset: text.length,
      confidence: current.reduce((sum, one) => sum + one.probability, 0) / current.length,
    });
    text += word;
    current = [];
  };
  for (const character of read) {
    if (/^\s*$/u.test(character.text)) close();
    else current.push(character);
  }
  close();
  if (words.length === 0) return undefined;
  const shown = read.filter(({ text: value }) => !/^\s*$/u.test(value));
  const confidence = shown.reduce((sum, one) => sum + one.probability, 0) / shown.length;
  return { rectangle, text, words, confidence };
}
