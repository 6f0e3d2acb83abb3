import { GroundworkError } from "@groundwork/contracts";
import type { ReviewCase } from "./review-case.ts";

export interface ManifestOptions {
  /** Under which the proposals stand; the labeling job has a name of its own. @default "groundwork-pii" */
  readonly attribute?: string;
  /** Milliseconds since the epoch. @default now */
  readonly at?: number;
}

export const PROPOSALS = "groundwork-pii";
/** Where a line carries what is needed when it comes back; Ground Truth hands on what it does not know. */
export const CASE_MEMBER = "groundwork";
export const METADATA_SUFFIX = "-metadata";
export const SPAN_TYPE = "groundtruth/text-span";

/** As `LabelAttributeName` of `CreateLabelingJob`. */
const ATTRIBUTE_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

/** Errors: `INVALID_ARGUMENT` for a name that Ground Truth does not take. */
export function checkAttribute(attribute: string): string {
  if (!ATTRIBUTE_NAME.test(attribute) || attribute.length > 127 || attribute.endsWith(METADATA_SUFFIX))
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      `Expected a label attribute of up to 127 letters, digits and inner hyphens that does not end with "${METADATA_SUFFIX}", found "${attribute}".`,
      { driver: "pii-feedback" },
    );
  return attribute;
}

/**
 * One line (without its end) of an input manifest of SageMaker Ground Truth for named entity recognition: the text as `source`, and what
 * detectors propose in the form of an earlier labeling job's output, so that a job can show it to be put right.
 */
export function manifestLine(
  { id, text, proposed, cutBefore, cutAfter }: ReviewCase,
  options: ManifestOptions = {},
): string {
  const attribute = checkAttribute(options.attribute ?? PROPOSALS);
  const types = [...new Set(proposed.map(({ type }) => type))].sort();
  return JSON.stringify({
    source: text,
    [CASE_MEMBER]: {
      id,
      ...(cutBefore === true ? { cutBefore } : {}),
      ...(cutAfter === true ? { cutAfter } : {}),
      proposed,
    },
    [attribute]: {
      annotations: {
        entities: proposed.map(({ type, start, end }) => ({ label: type, startOffset: start, endOffset: end })),
        labels: types.map((label) => ({ label })),
      },
    },
    [attribute + METADATA_SUFFIX]: {
      entities: proposed.map(({ score }) => ({ confidence: score })),
      "job-name": `labeling-job/${attribute}`,
      type: SPAN_TYPE,
      "creation-date": new Date(options.at ?? Date.now()).toISOString(),
      "human-annotated": "no",
    },
  });
}

export interface LabelCategories {
  readonly "document-version": "2018-11-28";
  readonly labels: readonly { readonly label: string; readonly shortDisplayName?: string }[];
  readonly instructions: { readonly shortInstruction: string; readonly fullInstruction: string };
}

const SHORT =
  "<h1>Personal data</h1><p>Mark every piece of personal data with its type, and take away marks that are wrong.</p>";
const FULL =
  "<p>Mark the value alone: no blank, no full stop after it, no title before a name. Mark each place where a value stands. " +
  "A text without personal data has no marks. Marks that are there are proposals of a program: keep, correct or take them away.</p>";

/**
 * The label category configuration of the labeling job (`LabelCategoryConfigS3Uri`), with instructions for those who look.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` without a type.
 */
export function labelCategories(
  types: Iterable<string>,
  instructions: Partial<LabelCategories["instructions"]> = {},
): LabelCategories {
  const labels = [...new Set(types)].sort().map((label) => ({ label }));
  if (labels.length === 0)
    throw new GroundworkError("INVALID_ARGUMENT", "Expected at least one type to choose from, found none.", {
      driver: "pii-feedback",
    });
  return {
    "document-version": "2018-11-28",
    labels,
    instructions: { shortInstruction: SHORT, fullInstruction: FULL, ...instructions },
  };
}
