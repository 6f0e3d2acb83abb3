import { cleanText, type PageGraph, type Word } from "./page-graph.ts";
import { type Place, shared } from "./place.ts";

/** What the service answers to a question. */
export interface QueryAnswer {
  /** The alias of the question, otherwise the question. */
  readonly name: string;
  readonly text: string;
  /** 0..1 */
  readonly confidence: number;
  readonly page: number;
  /** Where it stands when the text is upright; absent for an answer that stands nowhere by itself. */
  readonly upright: Place | undefined;
}

/** Answers on a page, the best of each question. */
export function queryAnswers(graph: PageGraph, page: number): QueryAnswer[] {
  const best = new Map<string, QueryAnswer>();
  for (const query of graph.ofType("QUERY")) {
    const name = cleanText(query.Query?.Alias ?? query.Query?.Text ?? "");
    for (const block of graph.related(query, "ANSWER")) {
      const text = cleanText(block.Text ?? "");
      const confidence = Math.min(1, Math.max(0, (block.Confidence ?? 0) / 100));
      if (name === "" || text === "" || confidence <= (best.get(name)?.confidence ?? -1)) continue;
      const upright = block.Geometry?.BoundingBox === undefined ? undefined : graph.uprightOf(block);
      best.set(name, { name, text, confidence, page, upright });
    }
  }
  return [...best.values()];
}

/** Whether an element made of these words holds the answer. */
export function holdsAnswer(words: readonly Word[], { upright: at }: QueryAnswer): boolean {
  if (at === undefined) return false;
  return words.some(({ upright }) => {
    const width = shared(upright.left, upright.right, at.left, at.right);
    const height = shared(upright.top, upright.bottom, at.top, at.bottom);
    const area = (upright.right - upright.left) * (upright.bottom - upright.top);
    return width > 0 && height > 0 && width * height > 0.5 * area;
  });
}
