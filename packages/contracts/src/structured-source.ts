import type { CallOptions } from "./call-options.ts";
import type { Principal } from "./retriever.ts";

export interface StructuredQuery {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: "string" | "number" | "boolean" | "date";
    readonly required?: boolean;
  }[];
}

/** Named, parameterised, read-only queries over a company's tables. The caller's principal goes with each query; the SQL is shown. */
export interface StructuredSource {
  readonly name: string;
  queries(options?: CallOptions): Promise<readonly StructuredQuery[]>;
  run(
    request: {
      readonly query: string;
      readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
      readonly principal: Principal;
    },
    options?: CallOptions,
  ): Promise<{
    readonly sql: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | boolean | null)[])[];
  }>;
}
