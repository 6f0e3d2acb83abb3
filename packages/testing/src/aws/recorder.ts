import { appendFileSync } from "node:fs";

/** An answer as it went out, for the check against the models of the services (`pnpm run test:aws-models`). */
export interface RecordedAnswer {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly errorCode?: string;
  /** Timestamps as numbers of seconds, as on the wire; blobs in base64. */
  readonly body: unknown;
}

/** What JSON makes of an output: timestamps in seconds since the epoch, blobs in base64. */
export function jsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, jsonValue(member)]),
    );
  return value;
}

/** Appends each answer to a file, one JSON object a line. */
export function fileRecorder(path: string): (answer: RecordedAnswer) => void {
  return (answer) => appendFileSync(path, `${JSON.stringify(answer)}\n`);
}
