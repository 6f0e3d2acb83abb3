import { type Embedder, GroundworkError } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import { seededRandom } from "./seeded-random.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface EmbedderCasesOptions {
  readonly name: string;
  readonly create: () => Embedder | Promise<Embedder>;
  /** Vectors must be bit-identical whatever else is in the batch. Local embedders promise it. @default false: cosine >= .9999 */
  readonly bitIdentical?: boolean;
  /** Texts for the batch identity. @default 24 */
  readonly texts?: number;
}

const WORDS =
  "travel approval receipt manager budget hotel 4,200.50 l'été 規程 Sec. 3.2 reimbursed within days 👩‍👩‍👧 claim the of a policy-holder x".split(
    " ",
  );

/** Texts of very different lengths, the empty one among them, none twice. */
function madeUpTexts(count: number): string[] {
  const random = seededRandom(11);
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return "";
    const length = random.pick([1, 3, 9, 30, 90, 400]);
    return `${index} ${Array.from({ length }, () => random.pick(WORDS)).join(" ")}`;
  });
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let index = 0; index < a.length; index++) dot += a[index]! * b[index]!;
  return dot;
}

/** Checks of any embedder. Each case makes one of its own and closes it. */
export function embedderCases(options: EmbedderCasesOptions): SuiteCase[] {
  const { name, create, bitIdentical = false, texts: textCount = 24 } = options;

  const withEmbedder = (title: string, run: (embedder: Embedder) => Promise<void>): SuiteCase => ({
    name: `${name}: ${title}`,
    async run(): Promise<void> {
      const embedder = await create();
      try {
        await run(embedder);
      } finally {
        await embedder.close?.();
      }
    },
  });

  async function embed(embedder: Embedder, texts: readonly string[]): Promise<Float32Array[]> {
    const { vectors } = await embedder.doEmbed(texts);
    const { dimensions } = embedder;
    check(
      vectors instanceof Float32Array && vectors.length === texts.length * dimensions,
      `expected ${texts.length} x ${dimensions} values, found ${vectors.length}`,
    );
    return texts.map((_, index) => vectors.slice(index * dimensions, (index + 1) * dimensions));
  }

  function checkSame(a: Float32Array, b: Float32Array, what: string): void {
    if (bitIdentical)
      check(Buffer.from(a.buffer).equals(Buffer.from(b.buffer)), `${what}: the vectors are not bit-identical`);
    else check(cosine(a, b) >= 0.9999, `${what}: cosine ${cosine(a, b)}`);
  }

  return [
    withEmbedder("says what it is", async (embedder) => {
      for (const field of ["dimensions", "maxInputTokens", "maxTextsPerCall", "maxParallelCalls"] as const)
        check(
          Number.isInteger(embedder[field]) && embedder[field] > 0,
          `expected a whole ${field} above 0, found ${embedder[field]}`,
        );
      check(
        embedder.modelId !== "" && embedder.revision !== "" && embedder.tokenCounter.id !== "",
        "expected ids that are not empty",
      );
    }),
    withEmbedder("counts tokens as whole numbers, none of nothing, the same each time", async ({ tokenCounter }) => {
      check(tokenCounter.count("") === 0, `expected 0 tokens of the empty text, found ${tokenCounter.count("")}`);
      for (const text of madeUpTexts(textCount)) {
        const tokens = tokenCounter.count(text);
        check(Number.isInteger(tokens) && tokens >= 0 && tokens === tokenCounter.count(text), `found ${tokens} tokens`);
      }
    }),
    withEmbedder("no text gives no vector", async (embedder) => {
      await embed(embedder, []);
    }),
    withEmbedder("vectors come in the order of the texts", async (embedder) => {
      const texts = [
        "travel needs approval by a manager",
        "hotel",
        "receipts are kept for seven years by the finance department",
      ];
      const together = await embed(embedder, texts);
      for (const [index, text] of texts.entries()) {
        const [alone] = await embed(embedder, [text]);
        check(cosine(alone!, together[index]!) >= 0.9999, `text ${index} has the vector of another`);
        for (const [other, vector] of together.entries())
          check(other === index || cosine(alone!, vector) < 0.9999, `texts ${index} and ${other} have the same vector`);
      }
    }),
    withEmbedder("vectors are L2-normalised and finite, that of the empty text too", async (embedder) => {
      for (const [index, vector] of (await embed(embedder, madeUpTexts(textCount))).entries())
        check(
          Math.abs(Math.sqrt(cosine(vector, vector)) - 1) < 1e-3,
          `text ${index} has norm ${Math.sqrt(cosine(vector, vector))}`,
        );
    }),
    withEmbedder("a text over the limit is cut there", async (embedder) => {
      const long = "policy ".repeat(embedder.maxInputTokens * 2);
      const [one, other, short] = await embed(embedder, [`${long} hotel`, `${long} receipt`, "policy hotel"]);
      checkSame(one!, other!, "texts that differ beyond the limit");
      check(cosine(one!, short!) < 0.9999, "a long text has the vector of a short one");
    }),
    withEmbedder("a vector does not depend on the batch", async (embedder) => {
      const random = seededRandom(5);
      const texts = madeUpTexts(Math.min(textCount, embedder.maxTextsPerCall));
      const alone = new Map<string, Float32Array>();
      for (const text of texts) alone.set(text, (await embed(embedder, [text]))[0]!);
      for (const size of [2, 5, texts.length]) {
        const shuffled = random.shuffle(texts);
        for (let start = 0; start < shuffled.length; start += size) {
          const batch = shuffled.slice(start, start + size);
          const vectors = await embed(embedder, batch);
          batch.forEach((text, index) => {
            checkSame(vectors[index]!, alone.get(text)!, `batches of ${size}`);
          });
        }
      }
    }),
    withEmbedder("calls at the same time do not mix", async (embedder) => {
      const texts = madeUpTexts(6);
      const expected = await embed(embedder, texts);
      const results = await Promise.all(texts.map((text) => embed(embedder, [text])));
      results.forEach((result, index) => {
        check(cosine(result[0]!, expected[index]!) >= 0.9999, `call ${index} got the vector of another`);
      });
    }),
    withEmbedder("the caller's texts are left alone", async (embedder) => {
      const texts = Object.freeze(["b", "a longer text than the first", "c"]);
      await embed(embedder, texts);
    }),
    withEmbedder("a signal that has fired stops the call before it starts", async (embedder) => {
      await expectError(() => embedder.doEmbed(["text"], { signal: AbortSignal.abort() }), "ABORTED");
    }),
    withEmbedder("an abort during the call rejects soon and leaves the embedder usable", async (embedder) => {
      const controller = new AbortController();
      const texts = Array.from({ length: embedder.maxTextsPerCall }, (_, index) => `${index} ${"word ".repeat(200)}`);
      const call = embedder.doEmbed(texts, { signal: controller.signal });
      const settled = call.then(
        () => undefined,
        (error: unknown) => error,
      );
      setTimeout(() => controller.abort(), 5);
      const error = await settled;
      // A fast embedder may be done before the signal fires.
      check(error === undefined || (GroundworkError.isInstance(error) && error.code === "ABORTED"), "expected ABORTED");
      await embed(embedder, ["still there"]);
    }),
    {
      name: `${name}: closing twice is allowed, a call after it is INVALID_ARGUMENT`,
      async run(): Promise<void> {
        const embedder = await create();
        if (embedder.close === undefined) return;
        await embed(embedder, ["text"]);
        await embedder.close();
        await embedder.close();
        await expectError(() => embedder.doEmbed(["text"]), "INVALID_ARGUMENT");
      },
    },
  ];
}
