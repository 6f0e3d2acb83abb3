import {
  allOf,
  columnOfField,
  type Filter,
  GroundworkError,
  LOCAL_OWNER,
  parseFilter,
  principalNames,
  type RetrieveRequest,
} from "@groundwork/contracts";

/** What a request may see, in parts so that an absence can be explained by the part that causes it. */
export interface Scope {
  /** Principal strings of the caller; empty: nothing may be seen. */
  readonly principals: readonly string[];
  /** Permissions and role: what no caller can widen. */
  readonly access: Filter;
  readonly inForce: Filter;
  /** Day of `inForce`, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** As the caller gave it, checked. */
  readonly caller: Filter | undefined;
  /** All of it together: what every search carries. */
  readonly filter: Filter;
}

/** Columns that belong to the scope: a caller's filter may not name them, in either spelling. */
const RESERVED: ReadonlySet<string> = new Set(["published_from", "published_to", "allow", "deny", "role"]);

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function invalid(message: string): GroundworkError {
  return new GroundworkError("INVALID_ARGUMENT", message);
}

function refuseReserved(filter: Filter): void {
  if ("and" in filter) for (const part of filter.and) refuseReserved(part);
  else if ("or" in filter) for (const part of filter.or) refuseReserved(part);
  else if ("not" in filter) refuseReserved(filter.not);
  else if (RESERVED.has(columnOfField(filter.field)))
    throw invalid(
      `Filter: the field "${filter.field}" belongs to the scope, which a request cannot set. Leave it out; permissions follow from the principal.`,
    );
}

function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !DAY.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value);
}

function principalsOf(principal: unknown): string[] {
  if (principal === undefined) return [LOCAL_OWNER];
  if (typeof principal !== "object" || principal === null || Array.isArray(principal))
    throw invalid('Principal: expected an object with "user" and "groups".');
  const { user, groups } = principal as { readonly user?: unknown; readonly groups?: unknown };
  if (user !== undefined && typeof user !== "string") throw invalid("Principal: expected user as a string.");
  if (groups !== undefined && !(Array.isArray(groups) && groups.every((group) => typeof group === "string")))
    throw invalid("Principal: expected groups as a list of strings.");
  // A nameless user or group is nobody: `user:` must not meet a row that names it by mistake.
  const names = principalNames({
    ...(user === undefined || user === "" ? {} : { user }),
    groups: ((groups ?? []) as string[]).filter((group) => group !== ""),
  });
  return [...new Set(names)];
}

/**
 * The scope of a request. Missing dates in force always pass; the last day counts. Without a principal it is the local owner's;
 * a principal without names sees nothing.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` for a principal, day or filter of another form, or a filter on a field of the scope.
 */
export function scopeOf(request: Pick<RetrieveRequest, "principal" | "asOf" | "filter">, today: string): Scope {
  const principals = principalsOf(request.principal);
  const asOf = request.asOf ?? today;
  if (!isDay(asOf)) throw invalid("asOf: expected a day as YYYY-MM-DD.");
  const caller = request.filter === undefined ? undefined : parseFilter(request.filter);
  if (caller !== undefined) refuseReserved(caller);
  const access: Filter =
    principals.length === 0
      ? { or: [] }
      : {
          and: [
            { op: "listContainsAny", field: "allow", value: principals },
            { not: { op: "listContainsAny", field: "deny", value: principals } },
            { op: "eq", field: "role", value: "passage" },
          ],
        };
  const inForce: Filter = {
    and: [
      {
        or: [
          { op: "exists", field: "effectiveFrom", value: false },
          { op: "lte", field: "effectiveFrom", value: asOf },
        ],
      },
      {
        or: [
          { op: "exists", field: "effectiveTo", value: false },
          { op: "gte", field: "effectiveTo", value: asOf },
        ],
      },
    ],
  };
  return { principals, access, inForce, asOf, caller, filter: allOf(access, inForce, caller)! };
}
