import { GroundworkError } from "./errors.ts";
import { canonicalJson } from "./identity.ts";
import type { ModuleReference } from "./module-reference.ts";

function isReference(value: unknown): value is { readonly reference: ModuleReference } {
  const reference = (value as { readonly reference?: Partial<ModuleReference> } | null | undefined)?.reference;
  return typeof reference?.module === "string" && typeof reference.name === "string";
}

/**
 * Builds a part from its reference: imports the module and calls its export. A member of the options of the form
 * `{ reference }` is built first and takes its place: a chunker is given its token counter so.
 *
 * @throws GroundworkError `INVALID_CONFIGURATION` when the module has no such function.
 */
export async function buildReference<T>(reference: ModuleReference): Promise<T> {
  const module = (await import(reference.module)) as Record<string, unknown>;
  const factory = module[reference.name];
  if (typeof factory !== "function") {
    throw new GroundworkError(
      "INVALID_CONFIGURATION",
      `A part's reference names the function "${reference.name}", which its module does not export. Mend the driver's \`reference\`.`,
    );
  }
  let { options } = reference;
  if (typeof options === "object" && options !== null && !Array.isArray(options)) {
    const built: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(options))
      built[name] = isReference(value) ? await buildReference(value.reference) : value;
    options = built;
  }
  return (await factory(options)) as T;
}

/** Builds each part once, however often it is asked for: what a worker keeps between its tasks. */
export class ReferenceCache {
  readonly #built = new Map<string, Promise<unknown>>();

  get<T>(reference: ModuleReference): Promise<T> {
    const key = canonicalJson(reference);
    const known = this.#built.get(key);
    if (known !== undefined) return known as Promise<T>;
    const built = buildReference<T>(reference);
    this.#built.set(key, built);
    // What failed may succeed later: a model that is being unpacked, a file that comes back.
    built.catch(() => this.#built.delete(key));
    return built;
  }
}
