import type { ErrorCode } from "@groundwork/contracts";

/** What tells one kind of database from another: its format, and how errors speak of it. */
export interface DatabaseKind {
  /** The driver that errors name, for example `catalog-sqlite`. */
  readonly driver: string;
  /** What messages call it, for example `catalog`. */
  readonly name: string;
  /** The same with its article, for example `a catalog`. */
  readonly nameWithArticle: string;
  /** Codes of the errors that differ from kind to kind. */
  readonly codes: { readonly busy: ErrorCode; readonly corrupt: ErrorCode };
  /** What to do about a damaged file, as whole sentences. */
  readonly remedy: string;
  /** The `application_id` of its files: tells them from those of any other program. */
  readonly applicationId: number;
  /** The migrations, oldest first: entry n brings format n to n + 1, in one transaction. Published entries never change. */
  readonly migrations: readonly string[];
  /** Pragmas that must stand before the first table is made, for example the page size. @default "" */
  readonly layout?: string;
  /** Pragmas of a connection that writes. */
  readonly settings: string;
}
