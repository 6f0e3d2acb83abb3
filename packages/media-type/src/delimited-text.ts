/** Result of {@link sniffDelimitedText}. */
export interface DelimitedText {
  readonly delimiter: "," | "\t" | ";" | "|";
  readonly columns: number;
  /** 0..1: share of the lines with the same number of fields, less where prose could look the same. */
  readonly confidence: number;
}

const DELIMITERS = [",", "\t", ";", "|"] as const;
const MOST_RECORDS = 60;
const MOST_UNITS = 65_536;

/** Mean length of the fields of two columns by tab. Where it is longer, they are paragraphs with their numbers before a tab. */
const LONGEST_PAIR_FIELD = 20;
const MOST_BYTES_PER_UNIT = 3;

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

interface FieldCounts {
  readonly counts: readonly number[];
  /** Records by their number of fields. */
  readonly frequency: ReadonlyMap<number, number>;
  /** Mean length of a field, its delimiter included. */
  readonly fieldLength: number;
}

/**
 * Fields per record, quotes respected. Gives up with `undefined` when more than `mostOdd` records differ from the most
 * frequent kind of at least two fields.
 */
function countFields(
  units: Uint8Array | Uint16Array,
  end: number,
  delimiter: number,
  mostOdd = MOST_RECORDS,
): FieldCounts | undefined {
  const counts: number[] = [];
  const frequency = new Map<number, number>();
  let mostFrequent = 0;
  let fields = 1;
  let isQuoted = false;
  let atFieldStart = true;
  let recordLength = 0;
  let length = 0;
  let total = 0;
  const close = (): void => {
    if (recordLength === 0) return;
    const alike = (frequency.get(fields) ?? 0) + 1;
    frequency.set(fields, alike);
    if (fields > 1) mostFrequent = Math.max(mostFrequent, alike);
    counts.push(fields);
    length += recordLength;
    total += fields;
  };
  for (let at = 0; at < end && counts.length < MOST_RECORDS; at++) {
    const unit = units[at]!;
    if (unit === delimiter) {
      recordLength++;
      if (isQuoted) continue;
      fields++;
      atFieldStart = true;
    } else if (unit === QUOTE && (isQuoted || atFieldStart)) {
      recordLength++;
      if (isQuoted && at + 1 < end && units[at + 1] === QUOTE) at++;
      else isQuoted = !isQuoted;
      atFieldStart = false;
    } else if ((unit === LINE_FEED || unit === CARRIAGE_RETURN) && !isQuoted) {
      close();
      if (counts.length - mostFrequent > mostOdd) return undefined;
      fields = 1;
      recordLength = 0;
      atFieldStart = true;
    } else {
      recordLength++;
      atFieldStart = false;
    }
  }
  if (counts.length < MOST_RECORDS) close();
  return { counts, frequency, fieldLength: length / Math.max(1, total) };
}

const mostFrequentCount = (frequency: ReadonlyMap<number, number>): readonly [number, number] =>
  [...frequency].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]!;

/** Share of records with the same number of fields from which on a text is delimited whatever its name says. */
export const CLEAR_SHARE = 0.8;

/**
 * Whether a text may be {@link sniffDelimitedText | delimited} with a confidence of {@link CLEAR_SHARE}, told from the bytes
 * of an encoding that ASCII is a part of. `false` is certain; prose is told after some twenty lines.
 */
export function mayBeDelimited(bytes: Uint8Array, isWhole: boolean): boolean {
  const lastLine = isWhole ? -1 : bytes.lastIndexOf(LINE_FEED);
  const end = Math.min(lastLine < 0 ? bytes.length : lastLine, MOST_UNITS);
  const mostOdd = MOST_RECORDS - Math.ceil(MOST_RECORDS * CLEAR_SHARE);
  const records = bytes.subarray(0, end);
  return DELIMITERS.some((delimiter) => {
    if (!records.includes(delimiter.charCodeAt(0))) return false;
    const found = countFields(records, end, delimiter.charCodeAt(0), mostOdd);
    if (found === undefined || found.counts.length < 2) return false;
    const [columns, alike] = mostFrequentCount(found.frequency);
    if (columns < 2 || alike / found.counts.length < CLEAR_SHARE) return false;
    if (delimiter !== "\t") return columns > 2 && found.counts.length > 2;
    return columns > 2 || found.fieldLength <= MOST_BYTES_PER_UNIT * LONGEST_PAIR_FIELD;
  });
}

/**
 * Tells whether a text is delimited and by what: the delimiter with which most records have the same number of fields.
 * `undefined` when no delimiter gives two columns in two records.
 */
export function sniffDelimitedText(text: string, isWhole: boolean): DelimitedText | undefined {
  const lastLine = text.lastIndexOf("\n");
  const sample = (isWhole || lastLine < 0 ? text : text.slice(0, lastLine)).slice(0, MOST_UNITS);
  // From an array the units come many times faster than from a string.
  const units = new Uint16Array(sample.length);
  Buffer.from(units.buffer).write(sample, "utf16le");
  let best: DelimitedText | undefined;
  for (const delimiter of DELIMITERS) {
    if (!sample.includes(delimiter)) continue;
    const found = countFields(units, units.length, delimiter.charCodeAt(0));
    if (found === undefined || found.counts.length < 2) continue;
    const { counts, fieldLength } = found;
    const [columns, records] = mostFrequentCount(found.frequency);
    if (columns < 2) continue;
    const share = records / counts.length;
    // Two columns by comma, semicolon or bar over few lines is what prose and Markdown tables look like.
    const isWeak =
      delimiter === "\t"
        ? columns === 2 && fieldLength > LONGEST_PAIR_FIELD
        : columns === 2 || counts.length < 3 || fieldLength > 60;
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
