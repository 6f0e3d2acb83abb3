import type { Block } from "./blocks.ts";

/** Levels of list items from their indents: an item further right than the one before it is one level deeper. */
export class ListLevels {
  #indents: number[] = [];
  #page = 0;

  levelOf(block: Block): number {
    const tolerance = 0.6 * block.style.size;
    if (block.page !== this.#page && block.page !== this.#page + 1) this.#indents = [];
    this.#page = block.page;
    while (this.#indents.length > 0 && this.#indents.at(-1)! > block.indent + tolerance) this.#indents.pop();
    const last = this.#indents.at(-1);
    if (last === undefined || block.indent > last + tolerance) this.#indents.push(block.indent);
    return this.#indents.length - 1;
  }

  /** A block that is no list item ends the lists that are not indented against it. */
  end(block: Block): void {
    const tolerance = 0.6 * block.style.size;
    if (block.kind === "text" && this.#indents.length > 0 && block.indent > this.#indents[0]! + tolerance) return;
    this.#indents = [];
  }
}
