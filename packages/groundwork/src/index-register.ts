import { type CallOptions, type Catalog, type Embedder, GroundworkError } from "@groundwork/contracts";

/**
 * `building`: filled beside the one that answers; `ready`: complete, may be switched to; `active`: answers; `retired`: answered
 * before, and can again at once.
 */
export type IndexState = "building" | "ready" | "active" | "retired";

/** One index of a knowledge base: a store and a catalog of its own, made with one embedder. */
export interface IndexVersion {
  readonly id: string;
  readonly state: IndexState;
  /** `modelId@revision`. */
  readonly embedder: string;
  readonly dimensions: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly switchedAt?: number;
}

interface Register {
  /** In the order of their making. */
  readonly indexes: readonly IndexVersion[];
  /** Ids that answered before, the newest last: what a rollback goes back to. */
  readonly history: readonly string[];
}

const SETTING = "indexes";
/** The index that a knowledge base begins with. Its catalog keeps the register. */
export const FIRST_INDEX = "1";

export const embedderKey = ({ modelId, revision }: Embedder): string => `${modelId}@${revision}`;

/** Which indexes a knowledge base has and which of them answers. Changes are made under a lease, each in one write. */
export class IndexRegister {
  readonly #catalog: Catalog;

  /** `catalog` is that of the first index. */
  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async list(options: CallOptions = {}): Promise<readonly IndexVersion[]> {
    return (await this.#read(options)).indexes;
  }

  /** The index that answers. A knowledge base that is new gets its first. */
  async active(embedder: Embedder, options: CallOptions = {}): Promise<IndexVersion> {
    const active = (await this.list(options)).find(({ state }) => state === "active");
    if (active !== undefined) return active;
    return this.#change(options, (register) => {
      const known = register.indexes.find(({ state }) => state === "active");
      if (known !== undefined) return [register, known];
      const first = newIndex(FIRST_INDEX, "active", embedder);
      return [{ indexes: [first], history: [] }, first];
    });
  }

  /** The index being built with this embedder, or a new one. */
  build(embedder: Embedder, options: CallOptions = {}): Promise<IndexVersion> {
    return this.#change(options, (register) => {
      const open = register.indexes.find(
        (index) => (index.state === "building" || index.state === "ready") && index.embedder === embedderKey(embedder),
      );
      if (open !== undefined) return [register, open];
      const id = String(1 + Math.max(...register.indexes.map((index) => Number(index.id)), 0));
      const made = newIndex(id, "building", embedder);
      return [{ ...register, indexes: [...register.indexes, made] }, made];
    });
  }

  /** The index is complete: everything that was planned for it is in it. */
  complete(id: string, options: CallOptions = {}): Promise<IndexVersion> {
    return this.#change(options, (register) => {
      const index = find(register, id);
      if (index.state !== "building") return [register, index];
      return replace(register, { ...index, state: "ready" });
    });
  }

  /** Lets another index answer. @throws GroundworkError `INVALID_ARGUMENT` while it is being built, `NOT_FOUND`. */
  switchTo(id: string, options: CallOptions = {}): Promise<IndexVersion> {
    return this.#change(options, (register) => {
      const next = find(register, id);
      if (next.state === "active") return [register, next];
      if (next.state === "building")
        throw new GroundworkError(
          "INVALID_ARGUMENT",
          `Index ${id} is not complete. Finish it with: groundwork index build.`,
        );
      const active = register.indexes.find(({ state }) => state === "active");
      const answering: IndexVersion = { ...next, state: "active", switchedAt: Date.now() };
      const indexes = register.indexes.map((index) =>
        index.id === id ? answering : index.state === "active" ? { ...index, state: "retired" as const } : index,
      );
      const history = active === undefined ? register.history : [...register.history, active.id];
      return [{ indexes, history: history.filter((other) => other !== id) }, answering];
    });
  }

  /** Lets the index answer that answered before. @throws GroundworkError `NOT_FOUND` when there is none. */
  async rollBack(options: CallOptions = {}): Promise<IndexVersion> {
    const before = (await this.#read(options)).history.at(-1);
    if (before === undefined)
      throw new GroundworkError("NOT_FOUND", "No index answered before this one: there is nothing to go back to.");
    return this.switchTo(before, options);
  }

  /** Forgets an index that does not answer. Its files are the caller's to remove. */
  drop(id: string, options: CallOptions = {}): Promise<IndexVersion> {
    return this.#change(options, (register) => {
      const index = find(register, id);
      if (index.state === "active")
        throw new GroundworkError("INVALID_ARGUMENT", `Index ${id} answers. Switch to another before dropping it.`);
      const indexes = register.indexes.filter((other) => other.id !== id);
      return [{ indexes, history: register.history.filter((other) => other !== id) }, index];
    });
  }

  async #read(options: CallOptions): Promise<Register> {
    const text = await this.#catalog.getSetting(SETTING, options);
    return text === undefined ? { indexes: [], history: [] } : (JSON.parse(text) as Register);
  }

  async #change<T>(options: CallOptions, work: (register: Register) => [Register, T]): Promise<T> {
    const lease = await this.#catalog.acquireLease("indexes", { ...options, waitMs: 30_000 });
    try {
      const before = await this.#read(options);
      const [after, result] = work(before);
      if (after !== before) await this.#catalog.setSetting(SETTING, JSON.stringify(after), options);
      return result;
    } finally {
      await lease.release().catch(() => {});
    }
  }
}

function newIndex(id: string, state: IndexState, embedder: Embedder): IndexVersion {
  return { id, state, embedder: embedderKey(embedder), dimensions: embedder.dimensions, createdAt: Date.now() };
}

function find(register: Register, id: string): IndexVersion {
  const index = register.indexes.find((other) => other.id === id);
  if (index === undefined) {
    const ids = register.indexes.map((other) => other.id).join(", ");
    throw new GroundworkError("NOT_FOUND", `There is no index ${id}. There are: ${ids}.`);
  }
  return index;
}

function replace(register: Register, index: IndexVersion): [Register, IndexVersion] {
  return [{ ...register, indexes: register.indexes.map((other) => (other.id === index.id ? index : other)) }, index];
}
