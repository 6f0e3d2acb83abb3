/** An error as a service answers it: the code that its clients turn into an exception, the status, and members beside the message. */
export class AwsServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    options: {
      /** @default 400 */
      readonly status?: number;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = "AwsServiceError";
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}
