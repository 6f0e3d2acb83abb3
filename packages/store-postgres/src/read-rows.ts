import { type Filter, type ReadOptions, throwIfAborted } from "@groundwork/contracts";
import { type RecordBatch, type Schema, Table } from "apache-arrow";
import type { Session } from "./connections.ts";
import { type AnsweredRow, decodeRows, selectList } from "./decode-rows.ts";
import { whereOf } from "./filter-to-sql.ts";
import type { OpenedTable } from "./open-table.ts";
import { readPrincipals } from "./search-lists.ts";
import { SqlParameters } from "./sql-parameters.ts";
import { originalText } from "./stored-text.ts";

/** Rows that one step of a scan holds. */
export const SCANNED_ROWS = 1_000;

async function rowsOf(session: Session, text: string, parameters?: SqlParameters): Promise<AnsweredRow[]> {
  const values = (parameters?.values ?? []) as unknown[];
  return (await session.query({ text, values, rowMode: "array" })).rows as AnsweredRow[];
}

/** Rows by chunk id, in the order asked for. */
export function getRows(
  opened: OpenedTable,
  chunkIds: readonly string[],
  schema: Schema,
  options: ReadOptions | undefined,
): Promise<Table> {
  const { options: settings, vectorSchema, names } = opened;
  const principals = readPrincipals(opened, undefined);
  return opened.connections.read("read rows", { principals, tables: [names.rows] }, options, async (session) => {
    const parameters = new SqlParameters();
    const where = whereOf(parameters, undefined, options?.watermark, `chunk_id = ANY (${parameters.texts(chunkIds)})`);
    const columns = ["chunk_id", selectList(schema, settings.vectorType, vectorSchema)].filter((part) => part !== "");
    const text = `SELECT ${columns.join(", ")} FROM ${names.rows} WHERE ${where}`;
    const found = new Map<string, AnsweredRow>();
    for (const row of await rowsOf(session, text, parameters)) found.set(originalText(row[0] as string), row);
    const ordered = [...new Set(chunkIds)].map((chunkId) => found.get(chunkId)).filter((row) => row !== undefined);
    return new Table(schema, ordered.length === 0 ? [] : [decodeRows(ordered, schema, 1)]);
  });
}

/** Settles a promise from outside: what hands the steps of a scan over to the one who reads them. */
type Step = PromiseWithResolvers<RecordBatch | undefined>;

/** All rows that match at one moment, in batches, through a cursor: no more than a batch is in memory. */
export async function* scanRows(
  opened: OpenedTable,
  filter: Filter | undefined,
  schema: Schema,
  options: ReadOptions | undefined,
): AsyncGenerator<RecordBatch> {
  const { options: settings, vectorSchema, names } = opened;
  const parameters = new SqlParameters();
  const where = whereOf(parameters, filter, options?.watermark);
  const columns = selectList(schema, settings.vectorType, vectorSchema);
  const principals = readPrincipals(opened, filter);
  // The transaction lives inside one call; it waits between batches until the next is asked for, or none any more.
  let step: Step = Promise.withResolvers();
  let wanted = Promise.withResolvers<boolean>();
  const running = opened.connections.read(
    "scan rows",
    { principals, tables: [names.rows] },
    options,
    async (session) => {
      await rowsOf(
        session,
        `DECLARE rows NO SCROLL CURSOR FOR SELECT ${columns} FROM ${names.rows} WHERE ${where}`,
        parameters,
      );
      while (await wanted.promise) {
        wanted = Promise.withResolvers();
        const rows = await rowsOf(session, `FETCH ${SCANNED_ROWS} FROM rows`);
        step.resolve(rows.length === 0 ? undefined : decodeRows(rows, schema));
        if (rows.length === 0) return;
      }
    },
  );
  running.catch((error: unknown) => step.reject(error));
  const onAbort = (): void => wanted.resolve(false);
  options?.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      throwIfAborted(options?.signal, { store: "postgres" });
      step.promise.catch(() => undefined);
      wanted.resolve(true);
      const batch = await step.promise;
      if (batch === undefined) break;
      step = Promise.withResolvers();
      step.promise.catch(() => undefined);
      yield batch;
    }
    await running;
  } finally {
    options?.signal?.removeEventListener("abort", onAbort);
    wanted.resolve(false);
    await running.catch(() => undefined);
  }
}
