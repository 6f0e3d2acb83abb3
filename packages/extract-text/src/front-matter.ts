import type { Attributes, AttributeValue, DocumentMetadata } from "@groundwork/contracts";
import { parseDocument } from "yaml";

type Plain = Readonly<Record<string, unknown>>;

const day = (value: unknown): string | undefined => {
  const text = value instanceof Date ? value.toISOString() : String(value ?? "");
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(text.trim());
  if (match === null) return undefined;
  return Number.isNaN(Date.parse(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`))
    ? undefined
    : `${match[1]}-${match[2]}-${match[3]}`;
};

/** A date or a date with time and zone; without a zone it is UTC. */
const time = (value: unknown): number | undefined => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  const text = String(value ?? "").trim();
  if (day(text) === undefined) return undefined;
  const withZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text)
    ? text
    : /[T ]\d/.test(text)
      ? `${text}Z`
      : `${text.slice(0, 10)}T00:00:00Z`;
  const parsed = Date.parse(withZone.replace(" ", "T"));
  return Number.isNaN(parsed) ? undefined : parsed;
};

const string = (value: unknown): string | undefined => {
  if (typeof value === "string" && value.trim() !== "") return value.trim().normalize("NFC");
  return typeof value === "number" ? String(value) : undefined;
};

const strings = (value: unknown): string[] => {
  const items = Array.isArray(value) ? value : typeof value === "string" ? value.split(/[,;]/) : [];
  return items.flatMap((item) => string(item) ?? []);
};

const nameOf = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.flatMap((item) => nameOf(item) ?? []).join(", ") || undefined;
  if (typeof value === "object" && value !== null && "name" in value) return string(value.name);
  return string(value);
};

/** Keys as they are written in the wild, by field. Compared without case, `-`, `_` and blanks. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  title: ["title"],
  language: ["lang", "language", "locale"],
  author: ["author", "authors", "owner", "by"],
  createdAt: ["date", "created", "createdat", "published", "publishedat", "datepublished", "pubdate"],
  modifiedAt: ["updated", "updatedat", "modified", "modifiedat", "lastmod", "lastmodified", "lastupdated"],
  effectiveFrom: ["effectivefrom", "effectivedate", "effective", "validfrom", "inforcefrom", "inforce", "startdate"],
  effectiveTo: [
    "effectiveto",
    "effectiveuntil",
    "validto",
    "validuntil",
    "expires",
    "expirydate",
    "expirationdate",
    "enddate",
    "inforceto",
  ],
  tags: ["tags", "keywords", "categories", "labels"],
};

const FIELD_OF_KEY: ReadonlyMap<string, string> = new Map(
  Object.entries(KEYS).flatMap(([field, keys]) => keys.map((key) => [key, field] as const)),
);

function attributeOf(value: unknown): AttributeValue | undefined {
  if (typeof value === "string") return value.normalize("NFC");
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number"))
    return value.map(String);
  return undefined;
}

function* attributesOf(values: Plain, prefix = "", depth = 0): Generator<readonly [string, AttributeValue]> {
  for (const [key, value] of Object.entries(values)) {
    const attribute = attributeOf(value);
    if (attribute !== undefined) yield [`${prefix}${key}`, attribute];
    else if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < 3) {
      yield* attributesOf(value as Plain, `${prefix}${key}.`, depth + 1);
    }
  }
}

/**
 * Metadata of a front matter. Known keys become fields, every other scalar or list of strings an attribute under its own
 * name. `undefined` when it is no YAML mapping: then it is text. Aliases are not expanded beyond what a person would write.
 */
export function metadataOfFrontMatter(yaml: string): DocumentMetadata | undefined {
  let values: unknown;
  try {
    const document = parseDocument(yaml, { prettyErrors: false, schema: "core" });
    if (document.errors.length > 0) return undefined;
    values = document.toJS({ maxAliasCount: 20 });
  } catch {
    return undefined;
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  const fields: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values as Plain)) {
    const field = FIELD_OF_KEY.get(key.toLowerCase().replace(/[-_\s]/g, ""));
    const isUsed = field !== undefined && fields[field] === undefined && fieldValue(field, value) !== undefined;
    if (isUsed) fields[field] = fieldValue(field, value);
    else others[key] = value;
  }
  const attributes: Attributes = Object.fromEntries(attributesOf(others));
  return {
    ...(fields as DocumentMetadata),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

function fieldValue(field: string, value: unknown): unknown {
  switch (field) {
    case "createdAt":
    case "modifiedAt":
      return time(value);
    case "effectiveFrom":
    case "effectiveTo":
      return day(value);
    case "tags": {
      const tags = strings(value);
      return tags.length === 0 ? undefined : tags;
    }
    case "author":
      return nameOf(value);
    case "language": {
      const tag = string(value)?.replaceAll("_", "-");
      return tag !== undefined && /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*$/.test(tag) ? tag : undefined;
    }
    default:
      return string(value);
  }
}
