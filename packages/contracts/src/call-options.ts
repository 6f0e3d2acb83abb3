/** What every asynchronous call of every contract takes, as its last argument. */
export interface CallOptions {
  /**
   * Stops the call. It is checked before work starts and between units of work; work already handed to native code or
   * to a server may still finish, but its result is dropped. An abort is never retried and surfaces as `ABORTED`.
   */
  readonly signal?: AbortSignal | undefined;
}
