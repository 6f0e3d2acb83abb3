import type { SQLInputValue } from "node:sqlite";
import type { Catalog } from "@groundwork/contracts";
import { prefixBounds } from "./key-order.ts";
import { SELECT_DOCUMENT } from "./rows.ts";
import { Where } from "./where.ts";

/** Documents in the order of their places, as a statement. */
export function documentQuery({
  sourceId,
  keyPrefix = "",
  states,
  version,
  parentId,
}: NonNullable<Parameters<Catalog["listDocuments"]>[0]>): {
  readonly sql: string;
  readonly parameters: SQLInputValue[];
} {
  const where = new Where();
  // Few documents have one version or one parent. A column with a plus has no index, or SQLite would read the whole source
  // in order to spare itself the sorting of these few.
  const hasFew = version !== undefined || parentId !== undefined;
  where.equal(hasFew ? "+source_id" : "source_id", sourceId);
  if (keyPrefix !== "") {
    const [from, to] = prefixBounds(keyPrefix);
    where.add("coalesce(key_order, key) >= ? AND coalesce(key_order, key) < ?", from, to);
  }
  // As one JSON parameter: the text of the statement must not depend on how many there are.
  if (states !== undefined) where.add("state IN (SELECT value FROM json_each(?))", JSON.stringify(states));
  where.equal("version", version);
  where.equal("parent_id", parentId);
  const sql = `${SELECT_DOCUMENT} ${where.sql} ORDER BY source_id, coalesce(key_order, key), document_id`;
  return { sql, parameters: where.parameters };
}
