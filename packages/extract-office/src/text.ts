import type { DocumentElement, ElementLocation } from "@groundwork/contracts";

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

/** What a picture shows, in words. */
export interface AltText {
  readonly text: string;
  /** Office guessed it, and says that it may be wrong. */
  readonly isGenerated: boolean;
}

/** The note that Office puts behind descriptions of its own making, in the languages it is most used in. */
const GENERATED =
  /\s*(?:description (?:automatically )?generated(?: automatically)?(?: with [a-z -]+ confidence)?|automatically generated description|ai-generated content may be incorrect|automatisch generierte beschreibung(?: mit [a-zäöü -]+)?|ki-generierte inhalte können fehlerhaft sein|description générée automatiquement(?: avec [a-zé -]+)?|le contenu généré par l[’']ia peut être incorrect|descripción generada automáticamente(?: con [a-z -]+)?|el contenido generado por ia puede ser incorrecto|descrizione generata automaticamente(?: con [a-z -]+)?|il contenuto generato dall[’']ia potrebbe non essere corretto|descrição gerada automaticamente(?: com [a-z -]+)?|o conteúdo gerado por ia pode estar incorreto|automatisch gegenereerde beschrijving(?: met [a-z -]+)?|door ai gegenereerde inhoud is mogelijk onjuist|自動的に生成された説明|ai によって生成されたコンテンツは間違っている可能性があります|ai 生成的内容可能不正确)[.。]?\s*/gi;

/** An alternative text without the note of its origin. */
export function readAltText(text: string | undefined): AltText {
  const given = cleanText(text ?? "");
  const cleaned = given.replace(GENERATED, " ").trim();
  // A file name or a shape's automatic name is not a description.
  const isName =
    /^(?:[\w%@ ./\\:-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)|(?:picture|image|bild|grafik) ?\d*)$/i.test(cleaned);
  return { text: isName ? "" : cleaned, isGenerated: given.search(GENERATED) >= 0 };
}

/** A picture that is told by its alternative text. */
export function altTextElement({ text, isGenerated }: AltText, location?: ElementLocation): DocumentElement {
  return {
    kind: "figure",
    text,
    ...(location === undefined ? {} : { location }),
    attributes: { source: "alternative-text", ...(isGenerated ? { generated: "true" } : {}) },
  };
}
