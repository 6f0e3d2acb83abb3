/** Words that end in a full stop inside a sentence, without it, in lower case. */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  (
    "no nos nr sec secs art arts para paras fig figs tab vol ed eds rev ref refs ch app pt cl ex al vs viz approx incl excl " +
    "e.g i.e cf u.s u.k u.n e.u c.f.r u.s.c mr mrs ms dr prof sr jr st gen gov sen rep inc ltd co corp dept div " +
    "jan feb mar apr jun jul aug sep sept oct nov dec bzw ca evtl ggf inkl vgl z.b d.h str tel abs m mm mme pág núm sra dra"
  ).split(" "),
);

const LAST_WORD = /(\S+)\.["'”’)\]]*\s*$/;
const ENUMERATOR = /^\(?(?:\d{1,3}(?:\.\d{1,3})*|[ivxlc]{1,5}|[A-Za-z])\)?$/;

/** UTF-16 units after which pieces are put together no more: a column of initials is no sentence. */
const LONGEST_HELD = 2_000;

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterOf(language: string): Intl.Segmenter {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    try {
      segmenter = new Intl.Segmenter(language, { granularity: "sentence" });
    } catch {
      // What is no language tag is read by the rules that all languages share.
      segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
    }
    segmenters.set(language, segmenter);
  }
  return segmenter;
}

/** A line that goes on: a paragraph of a page or of a mail is broken where its line was full. */
const LINE_BREAK = /(?<!\n)\n(?!\n)/g;

/**
 * The sentences of a text by the rules of Unicode (UAX #29). Pieces that end in an abbreviation or in a number of a clause are put
 * together with what follows; a single line break parts nothing.
 */
export function splitSentences(text: string, language = "en"): string[] {
  const sentences: string[] = [];
  let held = "";
  for (const { segment } of segmenterOf(language).segment(text.replace(LINE_BREAK, " "))) {
    held += segment;
    // Only the end can be an abbreviation: a search through a long text held together would cost its length each time.
    const word = LAST_WORD.exec(held.slice(-40))?.[1];
    if (word !== undefined && held.length < LONGEST_HELD && !segment.endsWith("\n")) {
      const bare = word.replace(/^["'“‘([]+/, "");
      const isFirst = held.trim().length <= word.length + 1;
      if (ABBREVIATIONS.has(bare.toLowerCase()) || (isFirst && ENUMERATOR.test(bare)) || /^[A-Z]$/.test(bare)) continue;
    }
    sentences.push(held.replace(/\s+/g, " ").trim());
    held = "";
  }
  sentences.push(held.replace(/\s+/g, " ").trim());
  return sentences.filter((sentence) => sentence !== "");
}
