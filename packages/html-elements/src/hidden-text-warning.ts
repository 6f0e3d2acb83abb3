import type { ExtractionWarning } from "@groundwork/contracts";

/** Tells how much text was left out because a page does not show it; `undefined` when there was none. */
export function hiddenTextWarning(characters: number): ExtractionWarning | undefined {
  if (characters === 0) return undefined;
  return {
    code: "hidden-text",
    message: `${characters} characters that the document holds and does not show were left out.`,
  };
}
