import {
  type CallOptions,
  type DocumentElement,
  type Enricher,
  isBody,
  type StageIdentity,
  tableRows,
  throwIfAborted,
} from "@groundwork/contracts";
import { addAttributes, annotate, printScore, provenanceOf } from "./annotation.ts";
import { findIdentifiers, type Identifier, identifierOfCells } from "./find-identifiers.ts";

export interface IdentifiersEnricherOptions {
  /** Different identifiers of a document that are kept, in its order. @default 50 */
  readonly most?: number;
}

/** Elements of the body in which a document speaks about itself. */
const OPENING_ELEMENTS = 12;
/** Elements between two looks at the signal and turns of the event loop. */
const ELEMENTS_PER_TURN = 500;
/** What an own number loses when it does not stand where a document speaks about itself. */
const FAR = 0.5;

interface Located extends Identifier {
  readonly element: number;
  /** In the opening, a running header or a footer. */
  readonly isOwn: boolean;
}

/**
 * Numbers and identifiers in a document, as `enrich.identifiers` as they are written ("Policy No. FIN-204"), with `.types`, `.codes`,
 * `.scores`, `.elements` and `.by`: numbers of documents, revisions, forms, OMB control numbers, ISBN and ISSN (by their check digits),
 * DOI, regulations, statutes, standards.
 *
 * `enrich.documentNumber` and `enrich.revision` (each with `.score` and `.by`) are those of the document itself: the one that its
 * opening, a header or a footer states. Two different ones leave them out. Labels in English.
 */
export function identifiersEnricher({ most = 50 }: IdentifiersEnricherOptions = {}): Enricher {
  const identity: StageIdentity = { name: "identifiers", revision: "1", options: { most } };
  return {
    identity,
    reference: { module: import.meta.url, name: "identifiersEnricher", options: { most } },
    async enrich({ elements, metadata }, { signal }: CallOptions = {}) {
      throwIfAborted(signal, { stage: "enrich" });
      const found = new Map<string, Located>();
      let body = 0;
      for (const [index, element] of elements.entries()) {
        if (index % ELEMENTS_PER_TURN === ELEMENTS_PER_TURN - 1) {
          await new Promise((resolve) => setImmediate(resolve));
          throwIfAborted(signal, { stage: "enrich" });
        }
        if (element.kind === "code" || element.kind === "formula" || element.kind === "page_number") continue;
        const isOwn = !isBody(element) || body < OPENING_ELEMENTS;
        if (isBody(element)) body++;
        for (const identifier of identifiersOf(element)) {
          const key = `${identifier.type} ${identifier.code.toUpperCase()}`;
          const known = found.get(key);
          // The first place counts, unless a later one tells that it is the document's own.
          if (known === undefined || (isOwn && !known.isOwn)) found.set(key, { ...identifier, element: index, isOwn });
        }
      }
      const kept = [...found.values()].slice(0, most);
      const by = provenanceOf(identity);
      return addAttributes(metadata.attributes, {
        ...annotate(
          "identifiers",
          kept.map((identifier) => ({
            value: identifier.text,
            score: scoreOf(identifier),
            element: identifier.element,
          })),
          identity,
        ),
        ...(kept.length === 0
          ? {}
          : {
              "enrich.identifiers.types": kept.map(({ type }) => type),
              "enrich.identifiers.codes": kept.map(({ code }) => code),
            }),
        ...own("documentNumber", "document-number", [...found.values()], by),
        ...own("revision", "revision", [...found.values()], by),
      });
    },
  };
}

function identifiersOf(element: DocumentElement): Identifier[] {
  const found = findIdentifiers(element.text);
  if (element.table === undefined || element.table.columns > 4) return found;
  for (const row of tableRows(element.table)) {
    const cells = row.filter((cell) => cell.trim() !== "");
    for (let index = 0; index + 1 < cells.length; index += 2) {
      const identifier = identifierOfCells(cells[index]!, cells[index + 1]!);
      if (identifier !== undefined) found.push(identifier);
    }
  }
  return found;
}

function scoreOf({ type, score, isOwn }: Located): number {
  const isAboutItself = type === "document-number" || type === "revision";
  return isAboutItself && !isOwn ? score * FAR : score;
}

/** The document's own number, when it states one and no second. */
function own(
  name: string,
  type: Identifier["type"],
  found: readonly Located[],
  by: string,
): Record<string, string | number> {
  const stated = found.filter((identifier) => identifier.type === type && identifier.isOwn);
  if (stated.length !== 1) return {};
  const { code, score } = stated[0]!;
  return { [`enrich.${name}`]: code, [`enrich.${name}.score`]: Number(printScore(score)), [`enrich.${name}.by`]: by };
}
