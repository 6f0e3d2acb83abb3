/** Characters that no reader sees: controls, soft hyphens, zero-width marks, Office's object placeholder. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u2060\ufeff\ufffc]/g;

/** Most texts of most sheets: one line of ASCII that needs no cleaning. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

/** Text of an element: NFC, plain blanks, lines without trailing blanks, no blank lines at its ends. */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(/\r\n?|[\u2028\u2029\v\u0085]/g, "\n")
    .replace(INVISIBLE, "")
    .replace(/[\u00a0\u2007\u202f]/g, " ")
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+|\s+$/g, "")
    .toWellFormed()
    .normalize("NFC");
}

/** The same on one line, runs of white space as one blank. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, " ").trim();
}

/** Office's automatic alt texts end in a note of their origin, which says nothing about the picture. */
export function cleanAltText(text: string | undefined): string {
  const cleaned = cleanText(text ?? "")
    .replace(
      /\s*(?:Description automatically generated(?: with .*)?|AI-generated content may be incorrect\.?)\s*/gi,
      " ",
    )
    .trim();
  // A file name or a shape's automatic name is not a description.
  return /^(?:[\w%@ ./\\:-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)|(?:picture|image|bild|grafik) ?\d*)$/i.test(
    cleaned,
  )
    ? ""
    : cleaned;
}
