import { type Attributes, type EnricherResult, fingerprintOf, type StageIdentity } from "@groundwork/contracts";

/** Something found in a document. */
export interface Finding {
  readonly value: string;
  /** 0..1; what it means is told by the enricher. */
  readonly score: number;
  /** Index of the element it was found in, where it was found in one. */
  readonly element?: number;
}

/** Name and fingerprint of the stage that found something: what changes when its answer may. */
export function provenanceOf(identity: StageIdentity): string {
  return `${identity.name}@${fingerprintOf(identity)}`;
}

/** Scores as text, three digits: attributes have lists of texts only. */
export function printScore(score: number): string {
  return String(Number(score.toFixed(3)));
}

/**
 * Attributes of a list of findings: `enrich.NAME` the values, `enrich.NAME.scores` and `enrich.NAME.elements` one member for each of
 * them (the element is empty where there is none), `enrich.NAME.by` the stage. Nothing for no finding.
 */
export function annotate(name: string, findings: readonly Finding[], identity: StageIdentity): Attributes {
  if (findings.length === 0) return {};
  return {
    [`enrich.${name}`]: findings.map(({ value }) => value),
    [`enrich.${name}.scores`]: findings.map(({ score }) => printScore(score)),
    ...(findings.every(({ element }) => element === undefined)
      ? {}
      : { [`enrich.${name}.elements`]: findings.map(({ element }) => (element === undefined ? "" : String(element))) }),
    [`enrich.${name}.by`]: provenanceOf(identity),
  };
}

/** The result that adds attributes. Those that the document states are left out: nothing is overwritten. */
export function addAttributes(stated: Attributes | undefined, added: Attributes): EnricherResult {
  const attributes = Object.fromEntries(
    Object.entries(added).filter(([name]) => stated === undefined || !Object.hasOwn(stated, name)),
  );
  return Object.keys(attributes).length === 0 ? {} : { metadata: { attributes } };
}
