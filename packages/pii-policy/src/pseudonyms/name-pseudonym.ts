import type { KeyedStream } from "./keyed-stream.ts";

const BEGINNINGS = (
  "Al An Ar Bel Ber Bran Cal Car Cor Dal Dan Dor El Em Er Fal Fen Gar Hal Har Il Is Jan Jor Kal Kar Kor Lan Lor Mal Mar Mel Nal " +
  "Nor Or Per Ral Ren Ros Sal Sel Tal Tam Tor Ul Val Ver Wil Yar Zel"
).split(" ");
const MIDDLES =
  "a ada ane ani are ari ave e ede ela eno era i ida ilo ima ino ira o oda ola omi ora ovi u una uri".split(" ");
const ENDINGS =
  "bek dan den dis don fel gan kin la lan len lin lo man mar mir na nel nis ra ran rel ric rin ro sen sha son ta tan tis ton va van vin wen".split(
    " ",
  );

/** Words of a name that say nothing of whose it is. */
const KEPT_WORDS: ReadonlySet<string> = new Set(
  (
    "mr mrs ms miss mx dr prof professor sir madam dame lord lady rev fr herr frau mme mlle m monsieur madame senor senora señor " +
    "señora sr sra jr ii iii iv phd md esq de del della da di dos du la le van von der den bin ibn al el y e and und et"
  ).split(" "),
);

const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)?/gu;

function inCaseOf(form: string, name: string): string {
  if (form.length > 1 && form === form.toUpperCase()) return name.toUpperCase();
  return form === form.toLowerCase() ? name.toLowerCase() : name;
}

/**
 * A name that nobody has, word by word: who is "Maria Gonzalez" in one place and "Gonzalez" in another has the same surname in both.
 * Titles and particles stay, initials stay initials.
 */
export function namePseudonym(value: string, streamOf: (word: string) => KeyedStream): string {
  return value.replace(WORD, (word, offset: number) => {
    const folded = word.normalize("NFKC").toLowerCase();
    if (KEPT_WORDS.has(folded)) return word;
    const stream = streamOf(folded);
    const name = stream.pick(BEGINNINGS) + stream.pick(MIDDLES) + stream.pick(ENDINGS);
    const isInitial = word.length === 1 && (value[offset + 1] === "." || /\p{Lu}/u.test(word));
    return isInitial ? inCaseOf(word, name[0]!) : inCaseOf(word, name);
  });
}
