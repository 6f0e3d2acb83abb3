import type { SQLInputValue } from "node:sqlite";

/** Conditions that all must hold. */
export class Where {
  readonly parameters: SQLInputValue[] = [];
  readonly #conditions: string[] = [];

  get sql(): string {
    return this.#conditions.length === 0 ? "" : `WHERE ${this.#conditions.join(" AND ")}`;
  }

  add(condition: string, ...values: readonly SQLInputValue[]): void {
    this.#conditions.push(condition);
    this.parameters.push(...values);
  }

  /** No condition when there is no value. */
  equal(column: string, value: string | undefined): void {
    if (value !== undefined) this.add(`${column} = ?`, value);
  }
}
