import type { CallOptions, Claim, Embedder } from "@groundwork/contracts";
import { terms } from "@groundwork/terms";
import { type AnswerCalibration, type AnswerEvidence, confidenceOf, thresholdOf } from "./answer-confidence.ts";
import { askedPart } from "./asked-part.ts";
import { queryVector } from "./candidates.ts";
import { citationOf, type VerifiedPassage } from "./citation.ts";
import { embedTexts } from "./embed-texts.ts";
import { type TermCache, termRarities } from "./lexical-score.ts";
import { lexicalText, type Ranking } from "./ranking.ts";
import { type Statement, statementsOf } from "./statements.ts";

/** Statements that are embedded for one question: about 200 ms on one core. */
const MOST_STATEMENTS = 48;
const MOST_CLAIMS = 3;
/** A further claim scores at most this much less than the first. */
const CLAIM_MARGIN = 0.12;
/** Share of common terms above which two claims say the same. */
const SAME_CLAIM = 0.6;
/**
 * What makes a claim: said near the question, in its words and not only under a heading with them, in those of what is asked
 * rather than of the case told before it, whole and not of many things at once, in a good passage.
 */
const WEIGHTS = {
  cosine: 0.65,
  coverage: 0.15,
  ownCoverage: 0.12,
  asked: 0.1,
  place: 0.08,
  dependent: 0.1,
  short: 0.1,
  long: 0.1,
};
/** Distinct terms from which a statement is not short. */
const WHOLE_STATEMENT = 8;
/** Distinct terms from which a statement says several things: it holds more of any question's words, and answers less. */
const LONG_STATEMENT = 30;
/** Characters; shorter ones name a thing and state nothing. */
const SHORTEST_STATEMENT = 12;

export interface AnswerInput {
  readonly query: string;
  /** Best first. */
  readonly passages: readonly VerifiedPassage[];
  readonly ranking: Ranking;
}

export interface AnswerParts {
  readonly embedder: Embedder;
  readonly calibration: AnswerCalibration;
  readonly cache: TermCache;
}

export interface ExtractedAnswer {
  readonly answered: boolean;
  readonly claims: readonly Claim[];
  readonly confidence: number;
  readonly evidence: AnswerEvidence;
}

interface ScoredStatement {
  readonly statement: Statement;
  readonly cosine: number;
  readonly score: number;
  readonly terms: ReadonlySet<string>;
}

function coverageOf(rarities: ReadonlyMap<string, number>, found: ReadonlySet<string>): number {
  let total = 0;
  let covered = 0;
  for (const [term, rarity] of rarities) {
    total += rarity;
    if (found.has(term)) covered += rarity;
  }
  return total === 0 ? 0 : covered / total;
}

/** What is embedded of a statement: its heading often holds the subject that the sentence leaves out. */
function embeddedText({ heading, text }: Statement): string {
  return heading === "" ? text : `${heading}: ${text}`;
}

async function scoreStatements(
  { query, passages }: AnswerInput,
  statements: readonly Statement[],
  rarities: ReadonlyMap<string, number>,
  embedder: Embedder,
  options: CallOptions,
): Promise<ScoredStatement[]> {
  if (statements.length === 0) return [];
  const { dimensions } = embedder;
  const askedTerms = new Set(terms(askedPart(query) ?? ""));
  const asked = new Map([...rarities].filter(([term]) => askedTerms.has(term)));
  const [question, said] = await Promise.all([
    queryVector(embedder, query, options),
    embedTexts(embedder, statements.map(embeddedText), options),
  ]);
  return statements.map((statement, index) => {
    let cosine = 0;
    for (let place = 0; place < dimensions; place++) cosine += question[place]! * said[index * dimensions + place]!;
    const own = new Set(terms(statement.text));
    const coverage = coverageOf(
      rarities,
      new Set([...own, ...terms(`${statement.heading} ${statement.passage.record.metadata.title ?? ""}`)]),
    );
    const place = passages.indexOf(statement.passage);
    const score =
      WEIGHTS.cosine * cosine +
      WEIGHTS.coverage * coverage +
      WEIGHTS.ownCoverage * coverageOf(rarities, own) +
      WEIGHTS.asked * coverageOf(asked, own) +
      WEIGHTS.place * (1 - place / passages.length) -
      (statement.dependent ? WEIGHTS.dependent : 0) -
      WEIGHTS.short * Math.max(0, 1 - own.size / WHOLE_STATEMENT) -
      WEIGHTS.long * Math.min(1, Math.max(0, own.size / LONG_STATEMENT - 1));
    return { statement, cosine, terms: own, score };
  });
}

function sameClaim(a: ScoredStatement, b: ScoredStatement): boolean {
  const [left, right] = [a.statement, b.statement];
  const sharesWords = left.stretches.some((mine) =>
    right.stretches.some((theirs) => mine.charStart < theirs.charEnd && theirs.charStart < mine.charEnd),
  );
  // Two rows share their header, two items their lead-in: those are different claims.
  const single = left.stretches.length === 1 && right.stretches.length === 1;
  if (single && sharesWords && left.passage.row.revision === right.passage.row.revision) return true;
  let common = 0;
  for (const term of a.terms) if (b.terms.has(term)) common++;
  return common / Math.max(1, a.terms.size + b.terms.size - common) > SAME_CLAIM;
}

function chooseClaims(scored: readonly ScoredStatement[]): Claim[] {
  const order = [...scored].sort((a, b) => b.score - a.score);
  const chosen: ScoredStatement[] = [];
  for (const candidate of order) {
    if (chosen.length >= MOST_CLAIMS || candidate.score < order[0]!.score - CLAIM_MARGIN) break;
    if (!chosen.some((other) => sameClaim(other, candidate))) chosen.push(candidate);
  }
  return chosen.map(({ statement, score }) => ({
    text: statement.text,
    citations: statement.stretches.map((stretch) => citationOf(statement.passage, stretch)),
    score: Math.min(1, Math.max(0, score)),
  }));
}

/** The margin of a question about which nothing can be told: between that of the answered and of the unanswered. */
const NEUTRAL_MARGIN = 0.25;

function marginOf({ ranked }: Ranking): number {
  const rest = ranked.slice(9, 40).map(({ scores }) => scores.fused);
  if (rest.length === 0) return NEUTRAL_MARGIN;
  return ranked[0]!.scores.fused - rest.reduce((sum, value) => sum + value, 0) / rest.length;
}

/**
 * The statements of the best passages that say most about the question, each with its citation, or none when the evidence is
 * too thin. Nothing is written here: every word of a claim stands in a document.
 */
export async function extractAnswer(
  input: AnswerInput,
  parts: AnswerParts,
  options: CallOptions,
): Promise<ExtractedAnswer> {
  const { query, passages, ranking } = input;
  const { embedder, calibration, cache } = parts;
  const rarities = termRarities(query, ranking.ranked.map(lexicalText), cache);
  const statements = passages
    .flatMap(statementsOf)
    .filter(({ text }) => text.length >= SHORTEST_STATEMENT && !text.endsWith("?"))
    .slice(0, MOST_STATEMENTS);
  const scored = await scoreStatements(input, statements, rarities, embedder, options);
  const covered = passages.map(({ row }) => new Set(cache.of(lexicalText({ row }))));
  const most = (values: readonly number[]): number => values.reduce((best, value) => Math.max(best, value), 0);
  const statementCosine = most(scored.map(({ cosine }) => cosine));
  const evidence: AnswerEvidence = {
    // In lexical mode no passage has a cosine.
    passageCosine: most(ranking.ranked.slice(0, 10).map(({ dense = statementCosine }) => dense)),
    statementCosine,
    passageCoverage: most(covered.map((found) => coverageOf(rarities, found))),
    margin: marginOf(ranking),
  };
  const confidence = scored.length === 0 ? 0 : confidenceOf(evidence, calibration);
  const answered = confidence >= thresholdOf(calibration) && scored.length > 0;
  return { answered, claims: answered ? chooseClaims(scored) : [], confidence, evidence };
}
