/** Soft hyphens, joiners, variation selectors: stringprep (RFC 3454, B.1) maps them to nothing. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;

/**
 * The forms of a password that may open a PDF: as given, and prepared by SASLprep (RFC 4013), which revision 6 of the standard
 * security handler asks for (ISO 32000-2, 7.6.4.3) and PDFium leaves to its caller.
 */
export function passwordForms(password: string): string[] {
  const prepared = password.replace(IGNORED, "").replace(SPACES, " ").normalize("NFKC");
  return prepared === password ? [password] : [password, prepared];
}
