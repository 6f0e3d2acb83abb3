/** One request that arrived. It carries no content unless the fake was asked to keep inputs. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly protocol: string;
  /** 0 where the connection was broken before an answer. */
  readonly status: number;
  readonly errorCode?: string;
  /** Time of arrival on the fake's clock, milliseconds since the epoch. */
  readonly at: number;
  /** Of the request's body. */
  readonly bytes: number;
  /** Ids and sizes that the operation names. */
  readonly ids: Readonly<Record<string, string | number>>;
  readonly httpVersion: string;
  /** Only with `keepInputs`. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** The requests of a fake in the order of their answers. */
export class RequestLog implements Iterable<LoggedRequest> {
  readonly #entries: LoggedRequest[] = [];
  /** Highest number of requests that were open at once. */
  mostParallel = 0;

  get length(): number {
    return this.#entries.length;
  }

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
  }

  /** Requests of an operation, or all. */
  of(operation?: string): readonly LoggedRequest[] {
    return operation === undefined ? this.#entries : this.#entries.filter((entry) => entry.operation === operation);
  }

  clear(): void {
    this.#entries.length = 0;
    this.mostParallel = 0;
  }

  [Symbol.iterator](): Iterator<LoggedRequest> {
    return this.#entries[Symbol.iterator]();
  }
}
