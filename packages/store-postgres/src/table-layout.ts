import { CHUNKS_SCHEMA, chunksWithVectorSchema, GroundworkError } from "@groundwork/contracts";
import { DataType, Schema } from "apache-arrow";
import type { ResolvedPostgresOptions } from "./postgres-options.ts";
import { quoted } from "./sql-parameters.ts";

/** Version of the tables below; a higher one that is found is `FORMAT_TOO_NEW`. */
export const FORMAT = 1;

/** Bytes of a row that are kept together: so many go into a page twice. */
const ROW_BYTES = 3_600;
/** Bytes of a vector up to which it stays in its row. Without a text, a row has about a thousand others. */
const MOST_BYTES_IN_ROW = 2_200;

/** How a column of `chunks.v1` is kept. `boxes` is a list of rows of seven numbers, `json` is `jsonb`. */
export type ColumnForm = "text" | "integer" | "bigint" | "texts" | "boxes" | "json" | "attributes";

const TYPES: Readonly<Record<ColumnForm, string>> = {
  text: 'text COLLATE "C"',
  integer: "integer",
  bigint: "bigint",
  texts: 'text[] COLLATE "C"',
  boxes: "double precision[]",
  json: "jsonb",
  attributes: "jsonb",
};

function formOf(name: string, type: DataType): ColumnForm {
  if (name === "location") return "json";
  if (DataType.isUtf8(type)) return "text";
  if (DataType.isInt(type)) return type.bitWidth === 64 ? "bigint" : "integer";
  if (DataType.isMap(type)) return "attributes";
  return DataType.isStruct(type.children[0]?.type) ? "boxes" : "texts";
}

export interface TableColumn {
  readonly name: string;
  readonly form: ColumnForm;
  readonly nullable: boolean;
}

/** Columns of `chunks.v1` in their order. Lists are never null: none is the empty list. */
export const TABLE_COLUMNS: readonly TableColumn[] = CHUNKS_SCHEMA.fields.map(({ name, type, nullable }) => {
  const form = formOf(name, type);
  return { name, form, nullable: nullable && form !== "texts" && form !== "boxes" && form !== "attributes" };
});

/** Names of a store's tables and indexes, quoted and with their schema where SQL wants it. */
export interface TableNames {
  readonly schema: string;
  readonly rows: string;
  /** How many texts have a term, as changes to be summed. */
  readonly words: string;
  /** Texts, terms in them and rows removed, as changes to be summed. */
  readonly totals: string;
  /** What a search reads: rows, words and totals, in the order in which all transactions lock them. */
  readonly searched: readonly string[];
  /** One row: format, dimensions and type of the vectors. */
  readonly format: string;
  index(suffix: string): string;
}

export function tableNames({ schema, table }: ResolvedPostgresOptions): TableNames {
  const inSchema = (name: string): string => `${quoted(schema)}.${quoted(name)}`;
  const [rows, words, totals] = [table, `${table}_words`, `${table}_totals`].map(inSchema) as [string, string, string];
  return {
    schema: quoted(schema),
    rows,
    words,
    totals,
    searched: [rows, words, totals],
    format: inSchema(`${table}_format`),
    index: (suffix) => `${table}_${suffix}`,
  };
}

/** What `CREATE TABLE` makes: the schema of pgvector is a name, quoted. */
export function createStatements(
  names: TableNames,
  { vectorType }: ResolvedPostgresOptions,
  dimensions: number,
  vectorSchema: string,
): string[] {
  const columns = TABLE_COLUMNS.map(({ name, form, nullable }) => {
    const key = name === "chunk_id" ? " PRIMARY KEY" : "";
    return `${quoted(name)} ${TYPES[form]}${nullable ? "" : " NOT NULL"}${key}`;
  });
  const vectorBytes = dimensions * (vectorType === "vector" ? 4 : 2);
  const inRow = ["terms", "term_counts", ...(vectorBytes <= MOST_BYTES_IN_ROW ? ["vector"] : [])];
  return [
    // A stamp changes a row in its page as long as there is room, and then touches no index. What a row has beyond two in a page is
    // moved out of it, the longest first.
    `CREATE TABLE ${names.rows} (
      ${columns.join(",\n")},
      vector ${vectorSchema}.${vectorType}(${dimensions}),
      searched boolean NOT NULL,
      terms bigint[],
      term_counts smallint[],
      term_total integer
    ) WITH (fillfactor = 90, toast_tuple_target = ${ROW_BYTES})`,
    // What queries compare stays in the row, texts are moved out instead: a lookup less for each row.
    `ALTER TABLE ${names.rows} ${inRow.map((name) => `ALTER COLUMN ${name} SET STORAGE MAIN`).join(", ")}`,
    `CREATE INDEX ${quoted(names.index("document"))} ON ${names.rows} (document_id)`,
    `CREATE TABLE ${names.words} (term bigint NOT NULL, texts integer NOT NULL)`,
    `CREATE INDEX ${quoted(names.index("words_term"))} ON ${names.words} (term)`,
    `CREATE TABLE ${names.totals} (texts bigint NOT NULL, terms bigint NOT NULL, removed bigint NOT NULL)`,
    `CREATE TABLE ${names.format} (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      format integer NOT NULL, dimensions integer NOT NULL, vector_type text NOT NULL)`,
    `INSERT INTO ${names.format} (format, dimensions, vector_type) VALUES (${FORMAT}, ${dimensions}, '${vectorType}')`,
  ];
}

/** Names and types of the columns as `pg_catalog` gives them. */
export function expectedColumns(dimensions: number, vectorType: string): ReadonlyMap<string, string> {
  return new Map([
    ...TABLE_COLUMNS.map(({ name, form }): [string, string] => [name, TYPES[form].replace(' COLLATE "C"', "")]),
    ["vector", `${vectorType}(${dimensions})`],
    ["searched", "boolean"],
    ["terms", "bigint[]"],
    ["term_counts", "smallint[]"],
    ["term_total", "integer"],
  ]);
}

/** Schema of what `get` and `scan` return. Throws `INVALID_ARGUMENT` for a column that `chunks.v1` has not. */
export function resultSchema(columns: readonly string[] | undefined, dimensions: number): Schema {
  const fields = chunksWithVectorSchema(dimensions).fields;
  const names = columns ?? CHUNKS_SCHEMA.fields.map((field) => field.name);
  return new Schema(
    names.map((name) => {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined)
        throw new GroundworkError("INVALID_ARGUMENT", `Column "${name}": expected a column of chunks.v1 or "vector".`, {
          store: "postgres",
        });
      return field;
    }),
    CHUNKS_SCHEMA.metadata,
  );
}
