import {
  type Attributes,
  type CallOptions,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  GroundworkError,
  type ModuleReference,
  type StageIdentity,
  throwIfAborted,
} from "@groundwork/contracts";
import { addAttributes } from "./annotation.ts";

/** What a function adds: a result of the contract, with attributes beside the metadata for short. */
export interface FunctionEnricherResult extends EnricherResult {
  readonly attributes?: Attributes;
}

export interface FunctionEnricherOptions {
  readonly name: string;
  /** Change it when the function's answer changes: documents are then enriched anew. */
  readonly revision: string;
  /** What the answer depends on beside the document. JSON. */
  readonly options?: unknown;
  /** How to build the enricher in another thread. Without it the function runs in the main thread. */
  readonly reference?: ModuleReference;
  readonly enrich: (
    input: EnricherInput,
    options: CallOptions,
  ) => FunctionEnricherResult | undefined | Promise<FunctionEnricherResult | undefined>;
}

/**
 * An enricher of one function:
 *
 * ```ts
 * const words = enricher({
 *   name: "word-count", revision: "1",
 *   enrich: ({ elements }) => ({ attributes: { words: elements.flatMap(({ text }) => text.split(" ")).length } }),
 * });
 * ```
 *
 * Fields that the document states stay as they are.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` from `enrich` when the function changes a text, or gives more or fewer elements.
 */
export function enricher({ name, revision, options, reference, enrich }: FunctionEnricherOptions): Enricher {
  const identity: StageIdentity = { name, revision, ...(options === undefined ? {} : { options }) };
  return {
    identity,
    ...(reference === undefined ? {} : { reference }),
    async enrich(input, { signal } = {}) {
      throwIfAborted(signal, { stage: "enrich" });
      const result = (await enrich(input, { signal })) ?? {};
      const { attributes: short, metadata: given, elements, ...rest } = result;
      const { attributes: long, ...fields } = given ?? {};
      const added = addAttributes(input.metadata.attributes, { ...long, ...short }).metadata;
      const stated: ReadonlySet<string> = new Set(Object.keys(input.metadata));
      const metadata = {
        ...Object.fromEntries(Object.entries(fields).filter(([field]) => !stated.has(field))),
        ...added,
      };
      if (elements !== undefined) checkElements(name, input, elements);
      return {
        ...rest,
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
        ...(elements === undefined ? {} : { elements }),
      };
    },
  };
}

function checkElements(name: string, input: EnricherInput, elements: NonNullable<EnricherResult["elements"]>): void {
  const isSame =
    elements.length === input.elements.length &&
    elements.every((element, index) => element.text === input.elements[index]!.text);
  if (isSame) return;
  throw new GroundworkError(
    "INVALID_CONFIGURATION",
    `Expected the enricher "${name}" to keep the number, the order and the texts of the elements, found a change. Add fields only.`,
    { stage: "enrich" },
  );
}
