import { createHash } from "node:crypto";
import { type CallOptions, GroundworkError, type PiiFinding, throwIfAborted } from "@groundwork/contracts";
import { CASE_MEMBER, METADATA_SUFFIX, SPAN_TYPE } from "./ground-truth-manifest.ts";
import type { LabelledSpan, ReviewedCase } from "./review-case.ts";

export interface ReadManifestOptions extends CallOptions {
  /** The labeling job's `LabelAttributeName`. @default of each line, the one that a person answered last */
  readonly attribute?: string;
  /** What offsets of labels count. @default "utf-16", as the tool of Ground Truth in the browser does */
  readonly offsets?: "utf-16" | "code-points";
  /** Our type for a label of another name. @default the label, in capitals, other characters than letters and digits as `_` */
  readonly typeOf?: (label: string) => string;
  /** Reads the text of a line that names an object (`source-ref`). @default such lines are refused */
  readonly load?: (reference: string, options: CallOptions) => Promise<string>;
}

/** What became of one line. */
export type ManifestEntry =
  | { readonly line: number; readonly outcome: "reviewed"; readonly reviewed: ReviewedCase }
  /** Nobody has answered. */
  | { readonly line: number; readonly outcome: "unreviewed" }
  /** The labeling job gave it up, for a reason of its own. */
  | { readonly line: number; readonly outcome: "failed" };

type Members = Readonly<Record<string, unknown>>;

/** Ground Truth's own limit is 100,000 characters. */
const LONGEST_LINE = 1_000_000;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

class Line {
  readonly #number: number;
  readonly members: Members;

  constructor(number: number, text: string) {
    this.#number = number;
    if (text.length > LONGEST_LINE) this.refuse(`at most ${LONGEST_LINE} characters, found ${text.length}`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The parser's message quotes the line, which holds personal data.
      this.refuse("a JSON object, found something else");
    }
    if (!isMembers(value)) this.refuse("a JSON object, found something else");
    this.members = value;
  }

  refuse(expected: string): never {
    throw new GroundworkError("INVALID_ARGUMENT", `Line ${this.#number} of the manifest: expected ${expected}.`, {
      driver: "pii-feedback",
    });
  }

  /** The attribute that a person answered last. */
  answered(): string | undefined {
    let latest: { readonly name: string; readonly at: string } | undefined;
    for (const [name, value] of Object.entries(this.members)) {
      if (!name.endsWith(METADATA_SUFFIX) || !isMembers(value) || value.type !== SPAN_TYPE) continue;
      if (value["human-annotated"] !== "yes") continue;
      const at = String(value["creation-date"] ?? "");
      if (latest === undefined || at >= latest.at) latest = { name: name.slice(0, -METADATA_SUFFIX.length), at };
    }
    return latest?.name;
  }
}

function asType(label: string): string {
  const type = label
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z]/.test(type) ? type : `T_${type}`;
}

/** UTF-16 offset of each code point, and the length after them. */
function codePointStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) starts.push(at);
  starts.push(text.length);
  return starts;
}

function splitsPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && text.codePointAt(at - 1)! > 0xffff;
}

function spansOf(line: Line, label: unknown, text: string, options: ReadManifestOptions): LabelledSpan[] {
  const annotations = isMembers(label) ? label.annotations : undefined;
  const entities = isMembers(annotations) ? annotations.entities : undefined;
  if (!Array.isArray(entities)) return line.refuse("`annotations.entities` under the label attribute, found none");
  const { typeOf = asType } = options;
  const starts = options.offsets === "code-points" ? codePointStarts(text) : undefined;
  return entities.map((entity: unknown) => {
    const { label: name, startOffset, endOffset } = isMembers(entity) ? entity : {};
    if (typeof name !== "string" || !Number.isInteger(startOffset) || !Number.isInteger(endOffset))
      return line.refuse("entities with `label`, `startOffset` and `endOffset`");
    const start = starts === undefined ? (startOffset as number) : (starts[startOffset as number] ?? -1);
    const end = starts === undefined ? (endOffset as number) : (starts[endOffset as number] ?? -1);
    if (!(start >= 0 && end > start && end <= text.length)) return line.refuse("offsets inside the text");
    if (splitsPair(text, start) || splitsPair(text, end))
      return line.refuse(
        'offsets between characters, found one inside of a character; perhaps they count code points: `offsets: "code-points"`',
      );
    return { type: typeOf(name), start, end };
  });
}

function proposalsOf(carried: Members, textLength: number): PiiFinding[] {
  if (!Array.isArray(carried.proposed)) return [];
  return (carried.proposed as PiiFinding[]).filter(
    (finding) =>
      isMembers(finding) && typeof finding.type === "string" && finding.start >= 0 && finding.end <= textLength,
  );
}

async function textOf(line: Line, options: ReadManifestOptions): Promise<string> {
  const { source, "source-ref": reference } = line.members;
  if (typeof source === "string") return source;
  if (typeof reference !== "string") return line.refuse("`source` with the text, or `source-ref`");
  if (options.load === undefined) return line.refuse("`source` with the text; for `source-ref` give `load`");
  return options.load(reference, options.signal === undefined ? {} : { signal: options.signal });
}

/**
 * Reads an output manifest of SageMaker Ground Truth (named entity recognition) line by line. Lines without a person's answer are
 * told as such.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` for a line that is no line of such a manifest, with its number and never its text; `ABORTED`.
 */
export async function* readManifest(
  lines: Iterable<string> | AsyncIterable<string>,
  options: ReadManifestOptions = {},
): AsyncGenerator<ManifestEntry> {
  let number = 0;
  for await (const raw of lines) {
    number++;
    throwIfAborted(options.signal, { stage: "pii-feedback" });
    if (raw.trim() === "") continue;
    const line = new Line(number, raw.replace(/^\ufeff/, ""));
    const attribute = options.attribute ?? line.answered();
    const metadata = attribute === undefined ? undefined : line.members[attribute + METADATA_SUFFIX];
    if (attribute === undefined || !isMembers(metadata)) {
      yield { line: number, outcome: "unreviewed" };
      continue;
    }
    if (metadata["failure-reason"] !== undefined) {
      yield { line: number, outcome: "failed" };
      continue;
    }
    if (metadata["human-annotated"] !== "yes") {
      yield { line: number, outcome: "unreviewed" };
      continue;
    }
    const text = await textOf(line, options);
    const carried = line.members[CASE_MEMBER];
    const known = isMembers(carried) ? carried : {};
    yield {
      line: number,
      outcome: "reviewed",
      reviewed: {
        id: createHash("sha256").update(text).digest("hex").slice(0, 24),
        text,
        proposed: proposalsOf(known, text.length),
        labelled: spansOf(line, line.members[attribute], text, options),
        ...(known.cutBefore === true ? { cutBefore: true } : {}),
        ...(known.cutAfter === true ? { cutAfter: true } : {}),
      },
    };
  }
}
