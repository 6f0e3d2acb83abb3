import {
  type CallOptions,
  type DocumentElement,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  isBody,
  throwIfAborted,
} from "@groundwork/contracts";

/** Body elements among which a heading may still be the document's own. */
const SEARCHED_ELEMENTS = 12;
/** UTF-16 units; a longer heading is a paragraph that looks like one. */
const LONGEST_TITLE = 200;

/** Headings that name a part of a document, never the document. */
const PART_NAMES =
  /^(?:table of )?contents$|^index$|^(?:document )?(?:revision|version|change|document) (?:history|control|log)$|^page \d+$/i;

/** Gives the first title, else the first heading near the start, as the title of a document that has none in its metadata. */
export function titleEnricher(): Enricher {
  return {
    identity: { name: "title", revision: "1" },
    reference: { module: import.meta.url, name: "titleEnricher" },
    async enrich(input: EnricherInput, { signal }: CallOptions = {}): Promise<EnricherResult> {
      throwIfAborted(signal, { stage: "enrich" });
      if (input.metadata.title !== undefined) return {};
      const body = input.elements.filter((element) => isBody(element) && element.text.trim() !== "");
      const near = body.slice(0, SEARCHED_ELEMENTS);
      const title = titleOf(near.find((element) => element.kind === "title")) ?? titleOf(near.find(isTitleLike));
      return title === undefined ? {} : { metadata: { title } };
    },
  };
}

function isTitleLike(element: DocumentElement): boolean {
  return element.kind === "heading" && !PART_NAMES.test(element.text.trim());
}

function titleOf(element: DocumentElement | undefined): string | undefined {
  const title = element?.text.replace(/\s+/g, " ").trim();
  return title === undefined || title.length > LONGEST_TITLE ? undefined : title;
}
