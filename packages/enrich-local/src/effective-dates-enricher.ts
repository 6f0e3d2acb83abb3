import {
  type CallOptions,
  type Enricher,
  type EnricherInput,
  type EnricherResult,
  throwIfAborted,
} from "@groundwork/contracts";
import { type DateStatement, findEffectiveDates } from "./find-effective-dates.ts";

/**
 * The days on which a document is in force, where it states them itself: `Effective date: January 1, 2024`, "This policy takes
 * effect on …", "expires on …", "valid from … to …", in the opening of the document, on its first running header, or in a
 * document-control block. English; ISO days out, the last day included.
 *
 * Precision goes before recall: dates of documents that are cited, superseded or amended are not taken, dates that can be
 * read in two ways neither, and statements that contradict each other give a warning instead of a date.
 */
export function effectiveDatesEnricher(): Enricher {
  return {
    identity: { name: "effective-dates", revision: "1" },
    reference: { module: import.meta.url, name: "effectiveDatesEnricher" },
    async enrich({ elements, metadata }: EnricherInput, { signal }: CallOptions = {}): Promise<EnricherResult> {
      throwIfAborted(signal, { stage: "enrich" });
      if (metadata.effectiveFrom !== undefined && metadata.effectiveTo !== undefined) return {};
      const statements = findEffectiveDates(elements);
      const warnings: { readonly code: string; readonly message: string }[] = [];
      const choose = (field: DateStatement["field"]): string | undefined => {
        const dates = mostExplicit(statements.filter((statement) => statement.field === field));
        if (dates.length > 1)
          warnings.push({
            code: "CONTRADICTING_DATES",
            message: `The document states ${dates.length} different values of ${field}. None was taken.`,
          });
        return dates.length === 1 ? dates[0] : undefined;
      };
      const effectiveFrom = metadata.effectiveFrom ?? choose("effectiveFrom");
      const effectiveTo = metadata.effectiveTo ?? choose("effectiveTo");
      const reversed = effectiveFrom !== undefined && effectiveTo !== undefined && effectiveTo < effectiveFrom;
      if (reversed)
        warnings.push({
          code: "CONTRADICTING_DATES",
          message: "The document states an end of validity before its beginning. Neither was taken.",
        });
      const added = {
        ...(effectiveFrom === undefined || reversed || metadata.effectiveFrom !== undefined ? {} : { effectiveFrom }),
        ...(effectiveTo === undefined || reversed || metadata.effectiveTo !== undefined ? {} : { effectiveTo }),
      };
      return {
        ...(Object.keys(added).length === 0 ? {} : { metadata: added }),
        ...(warnings.length === 0 ? {} : { warnings }),
      };
    },
  };
}

/** The different dates among the statements of the most weight. */
function mostExplicit(statements: readonly DateStatement[]): string[] {
  const weight = Math.max(...statements.map((statement) => statement.weight));
  return [...new Set(statements.filter((statement) => statement.weight === weight).map(({ date }) => date))];
}
