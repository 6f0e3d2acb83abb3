import { storedText } from "./stored-text.ts";

type Value = string | number | boolean | Buffer | null | readonly (string | number)[];

/** The values of one statement. In its text each is a number with a type, never itself. */
export class SqlParameters {
  readonly values: Value[] = [];

  /** The placeholder of a value. `type` is the SQL type, from the code of this package. */
  add(value: Value, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  text(value: string): string {
    return this.add(storedText(value), "text");
  }

  texts(values: readonly string[]): string {
    return this.add(values.map(storedText), "text[]");
  }
}

/** A name as SQL takes it whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
