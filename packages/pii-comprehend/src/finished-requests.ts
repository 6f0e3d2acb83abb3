import { createHash } from "node:crypto";
import type { PiiFinding } from "@groundwork/contracts";

const MOST = 10_000;

/**
 * Answers of calls that failed as a whole: when such a call is made again, what was answered (and billed) is not asked for again. Texts are held as
 * hashes.
 */
export class FinishedRequests {
  readonly #findings = new Map<string, readonly PiiFinding[]>();

  static keyOf(text: string, language: string): string {
    return createHash("sha256").update(language).update("\n").update(text).digest("base64url");
  }

  keep(key: string, findings: readonly PiiFinding[]): void {
    if (this.#findings.size >= MOST) this.#findings.delete(this.#findings.keys().next().value!);
    this.#findings.set(key, findings);
  }

  get(key: string): readonly PiiFinding[] | undefined {
    return this.#findings.get(key);
  }

  delete(key: string): void {
    this.#findings.delete(key);
  }
}
