import {
  type AbsenceExplanation,
  allOf,
  type Catalog,
  type Filter,
  type ReadOptions,
  type VectorStore,
} from "@groundwork/contracts";
import type { CitationVerifier } from "./citation.ts";
import { selectPassages } from "./passage-selection.ts";
import type { RankedCandidate } from "./ranking.ts";
import type { CheckedRequest } from "./request.ts";
import type { Scope } from "./scope.ts";

export interface AbsenceContext {
  readonly request: CheckedRequest;
  readonly scope: Scope;
  readonly catalog: Catalog;
  readonly store: VectorStore;
  readonly verifier: CitationVerifier;
  rank(): Promise<readonly RankedCandidate[]>;
  readonly options: ReadOptions;
}

/**
 * Walks the gates that a document must pass, in their order, and names the first that stops it. It tells whoever may call it
 * that a document exists: give it to those who run the knowledge base.
 */
export async function explainAbsence(documentId: string, context: AbsenceContext): Promise<AbsenceExplanation> {
  const { request, scope, catalog, store, verifier, options } = context;
  const because = (reason: AbsenceExplanation["reason"], detail: string, bestRank?: number): AbsenceExplanation => ({
    documentId,
    reason,
    detail,
    ...(bestRank === undefined ? {} : { bestRank }),
  });

  const document = await catalog.getDocument(documentId, options);
  if (document === undefined)
    return because("not-in-catalog", "No document of this id was ever ingested. Check the id, or ingest its source.");
  const own: Filter = { op: "eq", field: "documentId", value: documentId };
  const rows = (...filters: (Filter | undefined)[]): Promise<number> => store.count(allOf(own, ...filters), options);
  if (document.state === "deleted" || document.state === "hidden")
    return because("not-live", `The document is ${document.state} at its source.`);
  if ((await rows()) === 0)
    return because(
      "not-live",
      document.state === "failed"
        ? "The document could not be processed; its dead letter says why."
        : "The document has no published passages.",
    );
  if ((await rows(scope.access)) === 0)
    return because(
      "out-of-scope",
      scope.principals.length === 0
        ? "The principal has no user and no group, so it may read nothing."
        : `None of the principals ${scope.principals.join(", ")} may read the document.`,
    );
  if (scope.caller !== undefined && (await rows(scope.access, scope.caller)) === 0)
    return because("filtered", "The request's filter leaves out every passage of the document.");
  if ((await rows(scope.filter)) === 0)
    return because("not-in-force", `The document was not in force on ${scope.asOf}${inForceRange(document.metadata)}.`);

  const ranked = await context.rank();
  const best = ranked.findIndex(({ row }) => row.documentId === documentId) + 1;
  if (best === 0)
    return because(
      "no-match",
      `No passage of the document is among the ${request.candidates} best of either list. Ask with more candidates, or in its own words.`,
    );
  const { selected, collapser, unverifiedIds } = await selectPassages(
    ranked,
    { ...request, lookAhead: ranked.length },
    verifier,
    scope.principals,
    options,
  );
  const place = selected.findIndex(({ passage }) => passage.row.documentId === documentId) + 1;
  if (place > 0) return because("present", `The document is passage ${place} of ${selected.length}.`, best);
  const into = selected.find(({ passage }) =>
    collapser.collapsedInto(passage.row.chunkId).some((entry) => entry.documentId === documentId),
  );
  if (into !== undefined)
    return because(
      "collapsed",
      `Its passage repeats one of document ${into.passage.row.documentId}, which ranks higher and stands for both.`,
      best,
    );
  if (ranked.some(({ row }) => row.documentId === documentId && unverifiedIds.has(row.chunkId)))
    return because(
      "not-live",
      "Its passages were left out: their text does not agree with the stored document. Ingest the document again.",
      best,
    );
  return because(
    "below-limit",
    `Its best passage is in place ${best} of ${ranked.length}; ${request.limit} were asked for.`,
    best,
  );
}

function inForceRange(
  metadata: { readonly effectiveFrom?: string; readonly effectiveTo?: string } | undefined,
): string {
  const { effectiveFrom, effectiveTo } = metadata ?? {};
  const parts = [
    ...(effectiveFrom === undefined ? [] : [`from ${effectiveFrom}`]),
    ...(effectiveTo === undefined ? [] : [`to ${effectiveTo}`]),
  ];
  return parts.length === 0 ? "" : ` (in force ${parts.join(" ")})`;
}
