const SEGMENTER = new Intl.Segmenter("en", { granularity: "sentence" });

/** What the segmenter takes for the end of a sentence and is none: abbreviations, clause numbers, initials. */
const OPEN_END =
  /(?:^|[\s("'\u2018\u201c[])(?:e\.g|i\.e|cf|vs|viz|approx|incl|excl|no|nos|sec|secs|art|arts|para|paras|ch|cl|fig|figs|eq|app|ref|vol|pp|p|mr|mrs|ms|dr|prof|st|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|[a-z]|\d{1,3}(?:\.\d{1,3})*|[ivxlcdm]{1,5})\.\s*$/i;

/** Stretches of the sentences of `text`, without the blanks around them. */
export function sentencesOf(text: string): { readonly start: number; readonly end: number }[] {
  const stretches: { start: number; end: number }[] = [];
  let start = 0;
  const close = (end: number): void => {
    const part = text.slice(start, end);
    const trimmed = part.trim();
    if (trimmed !== "") {
      const from = start + part.indexOf(trimmed);
      stretches.push({ start: from, end: from + trimmed.length });
    }
    start = end;
  };
  for (const { index, segment } of SEGMENTER.segment(text)) {
    const end = index + segment.length;
    // A line break inside an element is layout, no end; an abbreviation is none either.
    const sentence = text.slice(start, end);
    if (/[.!?\u2026:;]["'\u2019\u201d)\]]*\s*$/.test(sentence) && !OPEN_END.test(sentence)) close(end);
  }
  close(text.length);
  return stretches;
}
