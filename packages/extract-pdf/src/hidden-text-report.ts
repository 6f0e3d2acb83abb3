import type { ExtractionWarning } from "@groundwork/contracts";
import { Trait } from "./characters.ts";
import type { PageContent } from "./page-content.ts";
import type { UnseenReason } from "./unseen-tables.ts";

/** Pages named in a warning at most. */
const MAX_PAGES = 20;

/** Counts the text of a document that nobody sees. */
export class HiddenTextReport {
  readonly #characters = new Map<UnseenReason, number>();
  readonly #pages: number[] = [];
  #count = 0;

  add({ page, unseen }: Pick<PageContent, "page" | "unseen">): void {
    let found = false;
    for (const [reason, { count, traits }] of unseen) {
      if (!traits.subarray(0, count).some((trait) => (trait & Trait.alphanumeric) !== 0)) continue;
      this.#characters.set(reason, (this.#characters.get(reason) ?? 0) + count);
      found = true;
    }
    if (!found) return;
    this.#count++;
    if (this.#pages.length < MAX_PAGES) this.#pages.push(page);
  }

  /** Names reasons, numbers of characters and pages, never the text; nothing when there is none. */
  warning(): ExtractionWarning | undefined {
    if (this.#count === 0) return undefined;
    const reasons = [...this.#characters].map(([reason, count]) => `${reason} ${count}`).join(", ");
    const more = this.#count > this.#pages.length ? ` and ${this.#count - this.#pages.length} more` : "";
    const [page] = this.#pages;
    return {
      code: "HIDDEN_TEXT",
      message:
        `Text that a reader cannot see (characters by reason: ${reasons}) on ${this.#count} ` +
        `${this.#count === 1 ? "page" : "pages"}: ${this.#pages.join(", ")}${more}.`,
      ...(this.#count === 1 ? { page: page! } : {}),
    };
  }
}
