import { type CallOptions, GroundworkError, type Reranker, throwIfAborted } from "@groundwork/contracts";
import { type BedrockConnectionOptions, bedrockClientOf } from "./bedrock-client.ts";
import { type RerankTarget, sendRerank } from "./rerank-request.ts";

export type BedrockRerankModelId = "amazon.rerank-v1:0" | "cohere.rerank-v3-5:0";

export interface BedrockRerankerOptions extends BedrockConnectionOptions {
  /** A model's id, alone or in the ARN of a foundation model. */
  readonly model: BedrockRerankModelId | (string & {});
  /** What is called in place of the model: the ARN or id of an inference profile. */
  readonly inferenceProfile?: string;
  /** Passages of one call, up to 1,000. @default 100, what is billed as one query */
  readonly maxPassages?: number;
}

/** A reranker that holds a client. */
export interface BedrockReranker extends Reranker {
  /** Ends running calls with `ABORTED`. Closing twice is allowed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DRIVER = "rerank-bedrock";
const DEFAULT_PASSAGES = 100;
const MOST_PASSAGES = 1_000;
/** What each model wants beside query and documents. */
const MEMBERS: Readonly<Record<BedrockRerankModelId, Readonly<Record<string, unknown>>>> = {
  "amazon.rerank-v1:0": {},
  "cohere.rerank-v3-5:0": { api_version: 2 },
};
const FOUNDATION_MODEL = /^arn:aws(?:-[a-z-]+)?:bedrock:[a-z0-9-]*::foundation-model\//;

function refuse(message: string): never {
  throw new GroundworkError("INVALID_ARGUMENT", message, { driver: DRIVER });
}

/**
 * A reranker on Amazon Bedrock (`InvokeModel`): one request a call, made once; put `governedReranker` of `@groundwork/provider-governor` in front of it.
 * Scores are the model's, 0 to 1. Blank passages, which the models refuse, are not sent and score 0.
 *
 * Errors: `INVALID_ARGUMENT` and `MODEL_NOT_FOUND` for options that are none; from `doRerank` `INVALID_ARGUMENT` for a blank query, too many passages
 * and after `close`, those of the service (README), `ABORTED`.
 */
export function bedrockReranker(options: BedrockRerankerOptions): BedrockReranker {
  const { inferenceProfile, maxPassages = DEFAULT_PASSAGES } = options;
  if (typeof options.model !== "string") refuse("bedrockReranker: expected model, found none.");
  const modelId = options.model.replace(FOUNDATION_MODEL, "");
  const members = Object.hasOwn(MEMBERS, modelId) ? MEMBERS[modelId as BedrockRerankModelId] : undefined;
  if (members === undefined)
    throw new GroundworkError(
      "MODEL_NOT_FOUND",
      `bedrockReranker: expected one of ${Object.keys(MEMBERS).join(", ")}, found another model.`,
      { driver: DRIVER },
    );
  if (!Number.isInteger(maxPassages) || maxPassages < 1 || maxPassages > MOST_PASSAGES)
    refuse(`bedrockReranker: expected maxPassages from 1 to ${MOST_PASSAGES}, found ${maxPassages}.`);
  const { client, isOurs } = bedrockClientOf(options);
  const target: RerankTarget = { client, target: inferenceProfile ?? options.model, members };
  const closing = new AbortController();

  async function doRerank(
    query: string,
    passages: readonly { readonly chunkId: string; readonly text: string }[],
    { signal }: CallOptions = {},
  ): Promise<readonly number[]> {
    throwIfAborted(signal, { driver: DRIVER });
    if (closing.signal.aborted) refuse("Expected an open reranker, found a closed one. Create another.");
    if (passages.length > maxPassages)
      refuse(`Expected at most ${maxPassages} passages, found ${passages.length}. Raise maxPassages or send fewer.`);
    const scores = new Array<number>(passages.length).fill(0);
    const sent = [...passages.keys()].filter((index) => passages[index]!.text.trim() !== "");
    if (sent.length === 0) return scores;
    if (query.trim() === "") refuse("Expected a query, found a blank one.");
    const ranked = await sendRerank(
      target,
      query.toWellFormed(),
      sent.map((index) => passages[index]!.text.toWellFormed()),
      signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
    );
    for (const [place, index] of sent.entries()) scores[index] = ranked[place]!;
    return scores;
  }

  async function close(): Promise<void> {
    if (closing.signal.aborted) return;
    closing.abort();
    if (isOurs) client.destroy();
  }

  return { modelId, maxPassages, doRerank, close, [Symbol.asyncDispose]: close };
}
