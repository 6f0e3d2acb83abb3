const CHARACTERS_PER_UNIT = 100;
const LEAST_UNITS = 3;

/** Units that a request for this text is billed: one for each 100 characters begun, three at least. */
export function billedUnits(text: string): number {
  let characters = 0;
  for (let index = 0; index < text.length; index++) if ((text.charCodeAt(index) & 0xfc00) !== 0xdc00) characters++;
  return Math.max(LEAST_UNITS, Math.ceil(characters / CHARACTERS_PER_UNIT));
}
