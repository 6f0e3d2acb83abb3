/** Result of {@link sniffDelimitedText}. */
export interface DelimitedText {
  readonly delimiter: "," | "\t" | ";" | "|";
  readonly columns: number;
  /** 0..1: share of the lines with the same number of fields, less where prose could look the same. */
  readonly confidence: number;
}

const DELIMITERS = [",", "\t", ";", "|"] as const;
const MOST_RECORDS = 60;

/** Fields per record, quotes respected. */
function fieldCounts(text: string, delimiter: string): { counts: number[]; fieldLength: number } {
  const counts: number[] = [];
  let fields = 1;
  let isQuoted = false;
  let atFieldStart = true;
  let recordLength = 0;
  let length = 0;
  let total = 0;
  for (let at = 0; at < text.length && counts.length < MOST_RECORDS; at++) {
    const char = text[at]!;
    if (isQuoted) {
      if (char === '"') {
        if (text[at + 1] === '"') at++;
        else isQuoted = false;
      }
      recordLength++;
    } else if (char === '"' && atFieldStart) {
      isQuoted = true;
      recordLength++;
    } else if (char === "\n" || char === "\r") {
      if (recordLength > 0) {
        counts.push(fields);
        length += recordLength;
        total += fields;
      }
      fields = 1;
      recordLength = 0;
      atFieldStart = true;
      continue;
    } else if (char === delimiter) {
      fields++;
      recordLength++;
      atFieldStart = true;
      continue;
    } else recordLength++;
    atFieldStart = false;
  }
  if (recordLength > 0 && counts.length < MOST_RECORDS) {
    counts.push(fields);
    length += recordLength;
    total += fields;
  }
  return { counts, fieldLength: length / Math.max(1, total) };
}

/**
 * Tells whether a text is delimited and by what: the delimiter with which most records have the same number of fields.
 * `undefined` when no delimiter gives two columns in two records.
 */
export function sniffDelimitedText(text: string, isWhole: boolean): DelimitedText | undefined {
  const lastLine = text.lastIndexOf("\n");
  const sample = (isWhole || lastLine < 0 ? text : text.slice(0, lastLine)).slice(0, 65_536);
  let best: DelimitedText | undefined;
  for (const delimiter of DELIMITERS) {
    const { counts, fieldLength } = fieldCounts(sample, delimiter);
    if (counts.length < 2) continue;
    const frequency = new Map<number, number>();
    for (const count of counts) frequency.set(count, (frequency.get(count) ?? 0) + 1);
    const [columns, records] = [...frequency].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]!;
    if (columns < 2) continue;
    const share = records / counts.length;
    // Two columns by comma, semicolon or bar over few lines is what prose and Markdown tables look like.
    const isWeak = delimiter !== "\t" && (columns === 2 || counts.length < 3 || fieldLength > 60);
    const isMarkdown = delimiter === "|" && /^\s*\|?[\s:|-]*-{2,}[\s:|-]*$/m.test(sample);
    const confidence = share * (isMarkdown ? 0.2 : isWeak ? 0.6 : 1);
    if (
      best === undefined ||
      confidence > best.confidence + 0.01 ||
      (share === 1 && confidence === best.confidence && columns > best.columns)
    ) {
      best = { delimiter, columns, confidence };
    }
  }
  return best !== undefined && best.confidence >= 0.3 ? best : undefined;
}
