import { createHmac, randomBytes } from "node:crypto";

/** Opaque tokens of pages: only what this fake gave out is taken back, and only for the same question. */
export class PageTokens {
  readonly #secret = randomBytes(16);

  #seal(question: string, after: string): string {
    return createHmac("sha256", this.#secret).update(`${question}\n${after}`).digest("base64url");
  }

  /** A token that continues the list that `question` names behind `after`. */
  make(question: string, after: string): string {
    return `${Buffer.from(after).toString("base64url")}.${this.#seal(question, after)}`;
  }

  /** `undefined` for a token that was not given out for this question. */
  read(question: string, token: string): string | undefined {
    const [encoded = "", seal] = token.split(".");
    const after = Buffer.from(encoded, "base64url").toString();
    return seal === this.#seal(question, after) ? after : undefined;
  }
}
