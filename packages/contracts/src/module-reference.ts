/**
 * How to build a part again in another thread, process or machine: import `module`, call its export `name` with
 * `options`. Everything in it can be cloned and written as JSON.
 */
export interface ModuleReference {
  /** URL of an ES module (`import.meta.url` of the driver) or a bare package name. */
  readonly module: string;
  readonly name: string;
  readonly options?: unknown;
}
