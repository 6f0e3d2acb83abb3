import { AwsServiceError } from "../../aws-error.ts";

/** What a member of a request must be; gives what is wrong, in the words of the service, or nothing. */
export type MemberCheck = (value: unknown) => string | undefined;

export function malformed(complaint: string): AwsServiceError {
  return new AwsServiceError(
    "ValidationException",
    `Malformed input request: ${complaint}, please reformat your input and try again.`,
  );
}

const typeOf = (value: unknown): string =>
  Array.isArray(value)
    ? "JSONArray"
    : value === null
      ? "Null"
      : typeof value === "object"
        ? "JSONObject"
        : typeof value;

export const text =
  (limits: { readonly min?: number; readonly max?: number } = {}): MemberCheck =>
  (value) => {
    if (typeof value !== "string") return `expected type: String, found: ${typeOf(value)}`;
    const length = [...value].length;
    if (length < (limits.min ?? 0)) return `expected minLength: ${limits.min}, actual: ${length}`;
    if (length > (limits.max ?? Number.POSITIVE_INFINITY))
      return `expected maxLength: ${limits.max}, actual: ${length}`;
    return undefined;
  };
export const oneOf =
  (...values: readonly unknown[]): MemberCheck =>
  (value) =>
    values.includes(value) ? undefined : "value is not a valid enum value";
export const flag: MemberCheck = (value) =>
  typeof value === "boolean" ? undefined : `expected type: Boolean, found: ${typeOf(value)}`;
export const whole =
  (min: number, max: number): MemberCheck =>
  (value) => {
    if (!Number.isInteger(value)) return `expected type: Integer, found: ${typeOf(value)}`;
    if ((value as number) < min) return `${value} is not greater or equal to ${min}`;
    return (value as number) > max ? `${value} is not less or equal to ${max}` : undefined;
  };
export const listOf =
  (item: MemberCheck, limits: { readonly min?: number; readonly max?: number } = {}): MemberCheck =>
  (value) => {
    if (!Array.isArray(value)) return `expected type: JSONArray, found: ${typeOf(value)}`;
    if (value.length < (limits.min ?? 0)) return `expected minimum item count: ${limits.min}, found: ${value.length}`;
    if (value.length > (limits.max ?? Number.POSITIVE_INFINITY))
      return `expected maximum item count: ${limits.max}, found: ${value.length}`;
    for (const [index, one] of value.entries()) {
      const wrong = item(one);
      if (wrong !== undefined) return `${index}: ${wrong}`;
    }
    return undefined;
  };

/** Reads a model's own JSON. Members that the model does not know are refused. @throws AwsServiceError `ValidationException` */
export function readBody(
  body: Uint8Array,
  members: Readonly<Record<string, MemberCheck>>,
  required: readonly string[],
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    throw malformed("#: the body is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw malformed(`#: expected type: JSONObject, found: ${typeOf(value)}`);
  const found = value as Record<string, unknown>;
  for (const name of required) if (found[name] === undefined) throw malformed(`#: required key [${name}] not found`);
  for (const [name, member] of Object.entries(found)) {
    const check = members[name];
    if (check === undefined) throw malformed(`#: extraneous key [${name}] is not permitted`);
    const wrong = check(member);
    if (wrong !== undefined) throw malformed(`#/${name}: ${wrong}`);
  }
  return found;
}
