import { AwsServiceError } from "./aws-error.ts";

interface StringShape {
  readonly type: "string";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
}
interface NumberShape {
  readonly type: "integer" | "float";
  readonly min?: number;
  readonly max?: number;
}
interface ListShape {
  readonly type: "list";
  readonly of: Shape;
  readonly min?: number;
  readonly max?: number;
}
interface OtherShape {
  readonly type: "boolean" | "timestamp" | "blob" | "any";
}
export interface StructureShape {
  readonly type: "structure";
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}
/** The part of a service's model that an input is checked against. Lengths of strings are characters, not bytes. */
export type Shape = StringShape | NumberShape | ListShape | OtherShape | StructureShape;

export const string = (limits: Omit<StringShape, "type"> = {}): Shape => ({ type: "string", ...limits });
export const integer = (limits: Omit<NumberShape, "type"> = {}): Shape => ({ type: "integer", ...limits });
export const float = (limits: Omit<NumberShape, "type"> = {}): Shape => ({ type: "float", ...limits });
export const list = (of: Shape, limits: Omit<ListShape, "type" | "of"> = {}): Shape => ({
  type: "list",
  of,
  ...limits,
});
export const structure = (
  members: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
): StructureShape => ({ type: "structure", members, required });
export const boolean: Shape = { type: "boolean" };
export const timestamp: Shape = { type: "timestamp" };
export const blob: Shape = { type: "blob" };
/** Anything: a document, or a part of an input that a fake does not look at. */
export const any: Shape = { type: "any" };

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function wrongType(): AwsServiceError {
  return new AwsServiceError("SerializationException", "A member of the request has the wrong type.");
}

/** What is wrong, in the words "at 'path' failed to satisfy constraint: …"; values are never repeated. */
function* complaints(value: unknown, shape: Shape, path: string): Generator<string> {
  const failed = (constraint: string): string =>
    `Value at '${path}' failed to satisfy constraint: Member must ${constraint}`;
  switch (shape.type) {
    case "string": {
      if (typeof value !== "string") throw wrongType();
      const length = [...value].length;
      if (shape.values !== undefined && !shape.values.includes(value))
        yield failed(`satisfy enum value set: [${shape.values.join(", ")}]`);
      if (length < (shape.min ?? 0)) yield failed(`have length greater than or equal to ${shape.min}`);
      if (length > (shape.max ?? Number.POSITIVE_INFINITY))
        yield failed(`have length less than or equal to ${shape.max}`);
      if (shape.pattern !== undefined && !shape.pattern.test(value))
        yield failed(`satisfy regular expression pattern: ${shape.pattern.source}`);
      return;
    }
    case "integer":
    case "float": {
      const number = typeof value === "bigint" ? Number(value) : value;
      if (typeof number !== "number" || (shape.type === "integer" && !Number.isInteger(number))) throw wrongType();
      if (number < (shape.min ?? Number.NEGATIVE_INFINITY))
        yield failed(`have value greater than or equal to ${shape.min}`);
      if (number > (shape.max ?? Number.POSITIVE_INFINITY))
        yield failed(`have value less than or equal to ${shape.max}`);
      return;
    }
    case "list": {
      if (!Array.isArray(value)) throw wrongType();
      if (value.length < (shape.min ?? 0)) yield failed(`have length greater than or equal to ${shape.min}`);
      if (value.length > (shape.max ?? Number.POSITIVE_INFINITY))
        yield failed(`have length less than or equal to ${shape.max}`);
      for (const [index, item] of value.entries()) yield* complaints(item, shape.of, `${path}.${index + 1}.member`);
      return;
    }
    case "structure": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType();
      const members = value as Record<string, unknown>;
      const at = (name: string): string => (path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`);
      for (const name of shape.required ?? [])
        if (members[name] === undefined || members[name] === null)
          yield `Value at '${at(name)}' failed to satisfy constraint: Member must not be null`;
      for (const [name, member] of Object.entries(shape.members))
        if (members[name] !== undefined && members[name] !== null) yield* complaints(members[name], member, at(name));
      return;
    }
    case "boolean":
      if (typeof value !== "boolean") throw wrongType();
      return;
    case "timestamp":
      if (typeof value !== "number" && !(value instanceof Date)) throw wrongType();
      return;
    case "blob":
      if (typeof value !== "string" && !(value instanceof Uint8Array)) throw wrongType();
      return;
    case "any":
  }
}

/** JSON has no bytes and no times: they arrive as base64 and as seconds, while CBOR brings them as they are. */
function decoded(value: unknown, shape: Shape): unknown {
  if (value === undefined || value === null) return value;
  if (shape.type === "blob" && typeof value === "string") return new Uint8Array(Buffer.from(value, "base64"));
  if (shape.type === "timestamp" && typeof value === "number") return new Date(value * 1000);
  if (shape.type === "list") return (value as unknown[]).map((item) => decoded(item, shape.of));
  if (shape.type !== "structure") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const known = shape.members[name];
      return [name, known === undefined ? member : decoded(member, known)];
    }),
  );
}

/**
 * Checks an input as the services do before they look at it, and gives it with bytes as `Uint8Array` and timestamps as `Date` whatever the wire
 * format was. Unknown members are let through, as there.
 *
 * @throws AwsServiceError `ValidationException`, or `SerializationException` for a wrong type.
 */
export function readInput(input: Record<string, unknown>, shape: StructureShape): Record<string, unknown> {
  const found = [...complaints(input, shape, "")];
  if (found.length === 0) return decoded(input, shape) as Record<string, unknown>;
  throw new AwsServiceError(
    "ValidationException",
    `${found.length} validation error${found.length === 1 ? "" : "s"} detected: ${found.slice(0, 10).join("; ")}`,
  );
}
