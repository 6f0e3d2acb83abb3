/** What a request asks of a model. */
export interface FormatRequest {
  readonly dimensions: number;
  readonly purpose: "query" | "passage";
}

/** The JSON of a model: what it is sent, what its answer means. */
export interface ModelFormat {
  body(texts: readonly string[], request: FormatRequest): unknown;
  /** Vectors in the order of the texts, and the tokens billed where the answer has them. Throws when it is no answer of the model. */
  read(answer: unknown): ModelAnswer;
}

export interface ModelAnswer {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens?: number;
}

const isVector = (value: unknown): value is readonly number[] => Array.isArray(value);

function titanAnswer(answer: unknown): ModelAnswer {
  const { embedding, embeddingsByType, inputTextTokenCount } = answer as {
    readonly embedding?: unknown;
    readonly embeddingsByType?: { readonly float?: unknown };
    readonly inputTextTokenCount?: unknown;
  };
  const vector = embedding ?? embeddingsByType?.float;
  if (!isVector(vector)) throw new Error("no vector in the answer");
  return {
    vectors: [vector],
    ...(typeof inputTextTokenCount === "number" ? { tokens: inputTextTokenCount } : {}),
  };
}

/** The vectors stand under `embeddings`, as a list or by type. */
function cohereAnswer(answer: unknown): ModelAnswer {
  const { embeddings } = answer as { readonly embeddings?: unknown };
  const vectors = Array.isArray(embeddings)
    ? embeddings
    : (embeddings as { readonly float?: unknown } | undefined)?.float;
  if (!Array.isArray(vectors) || !vectors.every(isVector)) throw new Error("no vectors in the answer");
  return { vectors };
}

const inputType = (purpose: "query" | "passage"): string => (purpose === "query" ? "search_query" : "search_document");

export const titanV1Format: ModelFormat = { body: ([inputText]) => ({ inputText }), read: titanAnswer };

export const titanV2Format: ModelFormat = {
  body: ([inputText], { dimensions }) => ({ inputText, dimensions, normalize: true, embeddingTypes: ["float"] }),
  read: titanAnswer,
};

export const cohereV3Format: ModelFormat = {
  body: (texts, { purpose }) => ({
    texts,
    input_type: inputType(purpose),
    truncate: "END",
    embedding_types: ["float"],
  }),
  read: cohereAnswer,
};

export const cohereV4Format: ModelFormat = {
  body: (texts, { purpose, dimensions }) => ({
    texts,
    input_type: inputType(purpose),
    truncate: "RIGHT",
    embedding_types: ["float"],
    output_dimension: dimensions,
  }),
  read: cohereAnswer,
};
