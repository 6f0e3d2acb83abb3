import { AwsServiceError } from "../../aws-error.ts";
import { countModelTokens, cutToTokens } from "./model-tokens.ts";
import { fitVector, quantized } from "./model-vectors.ts";
import { flag, listOf, oneOf, readBody, text, whole } from "./request-body.ts";

/** What a model makes of its request's body. */
export interface ModelAnswer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly inputTokens: number;
}
export type FakeModel = (body: Uint8Array, requestId: string) => Promise<ModelAnswer>;

/** Vectors of any length. `purpose` is what the request says of them; Titan's says nothing. */
export type EmbedTexts = (
  texts: readonly string[],
  purpose: "query" | "passage" | undefined,
) => readonly Float32Array[] | Promise<readonly Float32Array[]>;

const TITAN_TOKENS = 8_192;
const TITAN_CHARACTERS = 50_000;
const COHERE_TEXTS = 96;
const COHERE_V3_CHARACTERS = 2_048;
const COHERE_V3_TOKENS = 512;
const COHERE_V4_TOKENS = 128_000;
const COHERE_TYPES = ["float", "int8", "uint8", "binary", "ubinary"];
const INPUT_TYPES = ["search_document", "search_query", "classification", "clustering"];

function tooManyTokens(most: number, found: number): AwsServiceError {
  return new AwsServiceError(
    "ValidationException",
    `400 Bad Request: Too many input tokens. Max input tokens: ${most}, request input token count: ${found} `,
  );
}

function titan(embed: EmbedTexts, version: 1 | 2): FakeModel {
  const members = {
    inputText: text({ min: 1, max: TITAN_CHARACTERS }),
    ...(version === 2
      ? {
          dimensions: oneOf(256, 512, 1_024),
          normalize: flag,
          embeddingTypes: listOf(oneOf("float", "binary"), { min: 1, max: 2 }),
        }
      : {}),
  };
  return async (body) => {
    const given = readBody(body, members, ["inputText"]);
    const input = given.inputText as string;
    const tokens = countModelTokens(input);
    if (tokens > TITAN_TOKENS) throw tooManyTokens(TITAN_TOKENS, tokens);
    const [vector] = await embed([input], undefined);
    if (version === 1)
      return {
        body: { embedding: fitVector(vector!, 1_536, true), inputTextTokenCount: tokens },
        inputTokens: tokens,
      };
    const {
      dimensions = 1_024,
      normalize = true,
      embeddingTypes = ["float"],
    } = given as {
      readonly dimensions?: number;
      readonly normalize?: boolean;
      readonly embeddingTypes?: readonly string[];
    };
    const embedding = fitVector(vector!, dimensions, normalize);
    const embeddingsByType = Object.fromEntries(
      embeddingTypes.map((type) => [
        type,
        type === "float" ? embedding : embedding.map((value) => (value > 0 ? 1 : 0)),
      ]),
    );
    return {
      // The vector at the top is there only where floats are asked for.
      body: {
        ...(embeddingTypes.includes("float") ? { embedding } : {}),
        embeddingsByType,
        inputTextTokenCount: tokens,
      },
      inputTokens: tokens,
    };
  };
}

interface CohereLimits {
  readonly dimensions: readonly number[];
  readonly characters: number;
  readonly tokens: number;
  /** What each value of `truncate` drops. */
  readonly truncate: Readonly<Record<string, "start" | "end" | undefined>>;
  readonly defaultTruncate: string;
  readonly takesDimension: boolean;
}

function cohere(embed: EmbedTexts, limits: CohereLimits): FakeModel {
  const members = {
    texts: listOf(text({ max: limits.characters }), { min: 1, max: COHERE_TEXTS }),
    input_type: oneOf(...INPUT_TYPES),
    truncate: oneOf(...Object.keys(limits.truncate)),
    embedding_types: listOf(oneOf(...COHERE_TYPES), { min: 1 }),
    ...(limits.takesDimension
      ? { output_dimension: oneOf(...limits.dimensions), max_tokens: whole(1, limits.tokens) }
      : {}),
  };
  return async (body, requestId) => {
    const given = readBody(body, members, ["texts", "input_type"]) as {
      readonly texts: readonly string[];
      readonly input_type: string;
      readonly truncate?: string;
      readonly embedding_types?: readonly string[];
      readonly output_dimension?: number;
      readonly max_tokens?: number;
    };
    const most = given.max_tokens ?? limits.tokens;
    const dropped = limits.truncate[given.truncate ?? limits.defaultTruncate];
    const texts = given.texts.map((one) => {
      const tokens = countModelTokens(one);
      if (tokens <= most) return one;
      if (dropped === undefined) throw tooManyTokens(most, tokens);
      return cutToTokens(one, most, dropped);
    });
    const purpose = { search_document: "passage", search_query: "query" }[given.input_type] as "query" | "passage";
    const dimensions = given.output_dimension ?? limits.dimensions.at(-1)!;
    const vectors = (await embed(texts, purpose)).map((vector) => fitVector(vector, dimensions, true));
    const types = given.embedding_types;
    return {
      body: {
        id: requestId,
        texts: given.texts,
        response_type: types === undefined ? "embeddings_floats" : "embeddings_by_type",
        embeddings:
          types === undefined
            ? vectors
            : Object.fromEntries(types.map((type) => [type, vectors.map((vector) => quantized(vector, type))])),
      },
      inputTokens: texts.reduce((sum, one) => sum + countModelTokens(one), 0),
    };
  };
}

/** The embedding models of the fake by their ids. */
export function embeddingModels(embed: EmbedTexts): Readonly<Record<string, FakeModel>> {
  const v3 = cohere(embed, {
    dimensions: [1_024],
    characters: COHERE_V3_CHARACTERS,
    tokens: COHERE_V3_TOKENS,
    truncate: { NONE: undefined, START: "start", END: "end" },
    defaultTruncate: "NONE",
    takesDimension: false,
  });
  return {
    "amazon.titan-embed-text-v1": titan(embed, 1),
    "amazon.titan-embed-text-v2:0": titan(embed, 2),
    "cohere.embed-english-v3": v3,
    "cohere.embed-multilingual-v3": v3,
    "cohere.embed-v4:0": cohere(embed, {
      dimensions: [256, 512, 1_024, 1_536],
      characters: Number.POSITIVE_INFINITY,
      tokens: COHERE_V4_TOKENS,
      truncate: { NONE: undefined, LEFT: "start", RIGHT: "end" },
      defaultTruncate: "RIGHT",
      takesDimension: true,
    }),
  };
}
