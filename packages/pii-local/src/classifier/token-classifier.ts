import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readModelFile } from "./model-files.ts";
import { modelWords } from "./model-words.ts";

/** What the model says of the words of one text. */
export interface WordLabels {
  /** UTF-16 offsets of each word. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Probabilities, one row of {@link TokenClassifier.types} a word. What is missing to 1 is "none of them". */
  readonly probabilities: Float32Array;
  /** Probability that a new entity begins with the word, given that it belongs to one. */
  readonly begins: Float32Array;
}

/** Tokens of a text that are read together; the rest of a longer one is not read. */
export const MAX_TOKENS = 256;
/** Most tokens of one run, padding included: past it what lies between the layers leaves a core's cache. */
const TOKENS_PER_RUN = 1024;
const CACHED_WORDS = 50_000;
const CLS = "[CLS]";
const SEP = "[SEP]";

interface Encoded {
  readonly ids: number[];
  /** Index of the word of each id. */
  readonly wordOf: number[];
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The model in this thread: one session, one native thread. */
export class TokenClassifier {
  readonly #session: InferenceSession;
  readonly #tokenizer: Tokenizer;
  readonly #outside: number;
  /** For each label its type's index, -1 for "none", and whether it begins an entity. */
  readonly #typeOf: Int32Array;
  readonly #isBegin: Uint8Array;
  readonly #pieces = new Map<string, readonly number[]>();
  readonly #cls: number;
  readonly #sep: number;
  /** Names of the model's types, in the order of the columns of {@link WordLabels.probabilities}. */
  readonly types: readonly string[];

  private constructor(session: InferenceSession, tokenizer: Tokenizer, labels: readonly string[]) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#outside = labels.indexOf("O");
    this.types = [...new Set(labels.filter((label) => label !== "O").map((label) => label.slice(2)))];
    this.#typeOf = Int32Array.from(labels, (label) => this.types.indexOf(label.slice(2)));
    this.#isBegin = Uint8Array.from(labels, (label) => (label.startsWith("B-") ? 1 : 0));
    this.#cls = tokenizer.token_to_id(CLS)!;
    this.#sep = tokenizer.token_to_id(SEP)!;
  }

  /** Errors: `MODEL_NOT_FOUND`. */
  static async open(folder?: string): Promise<TokenClassifier> {
    const [weights, tokenizerJson, config] = await Promise.all([
      readModelFile("onnx/model_q4.onnx", folder),
      readModelFile("tokenizer.json", folder),
      readModelFile("config.json", folder),
    ]);
    const { id2label } = JSON.parse(config.toString("utf8")) as { id2label: Record<string, string> };
    const session = await InferenceSession.create(weights, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      executionProviders: ["cpu"],
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    const tokenizer = new Tokenizer(JSON.parse(tokenizerJson.toString("utf8")) as object, {});
    const labels = Object.keys(id2label).map((_, index) => id2label[index]!);
    return new TokenClassifier(session, tokenizer, labels);
  }

  /** Labels of each text. Texts of like length run together. `beforeRun` is called before each run and may throw. */
  async classify(texts: readonly string[], beforeRun?: () => void): Promise<WordLabels[]> {
    const encoded = texts.map((text) => this.#encode(text));
    const results = new Array<WordLabels>(texts.length);
    const order = encoded.map((_, index) => index).sort((a, b) => encoded[a]!.ids.length - encoded[b]!.ids.length);
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      const least = encoded[order[from]!]!.ids.length;
      while (to < order.length) {
        const { length } = encoded[order[to]!]!.ids;
        if (length * (to - from + 1) > TOKENS_PER_RUN || length > least * 1.15 + 4) break;
        to++;
      }
      beforeRun?.();
      const run = order.slice(from, to);
      await this.#run(
        run.map((index) => encoded[index]!),
        (row, labels) => {
          results[run[row]!] = labels;
        },
      );
      from = to;
    }
    return results;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #encode(text: string): Encoded {
    const words = modelWords(text);
    const ids = [this.#cls];
    const wordOf = [-1];
    let read = 0;
    for (; read < words.length; read++) {
      const { start, end } = words[read]!;
      const pieces = this.#piecesOf(text.slice(start, end));
      if (ids.length + pieces.length >= MAX_TOKENS) break;
      for (const id of pieces) {
        ids.push(id);
        wordOf.push(read);
      }
    }
    ids.push(this.#sep);
    wordOf.push(-1);
    return {
      ids,
      wordOf,
      starts: Int32Array.from(words.slice(0, read), (word) => word.start),
      ends: Int32Array.from(words.slice(0, read), (word) => word.end),
    };
  }

  #piecesOf(word: string): readonly number[] {
    const known = this.#pieces.get(word);
    if (known !== undefined) return known;
    const ids = this.#tokenizer.encode(word, { add_special_tokens: false }).ids;
    if (this.#pieces.size >= CACHED_WORDS) this.#pieces.clear();
    this.#pieces.set(word, ids);
    return ids;
  }

  async #run(rows: readonly Encoded[], accept: (row: number, labels: WordLabels) => void): Promise<void> {
    const width = Math.max(...rows.map((row) => row.ids.length));
    const shape = [rows.length, width];
    const inputIds = new BigInt64Array(rows.length * width);
    const mask = new BigInt64Array(rows.length * width);
    rows.forEach(({ ids }, row) => {
      ids.forEach((id, column) => {
        inputIds[row * width + column] = BigInt(id);
        mask[row * width + column] = 1n;
      });
    });
    const output = await this.#session.run({
      input_ids: new Tensor("int64", inputIds, shape),
      attention_mask: new Tensor("int64", mask, shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(rows.length * width), shape),
    });
    const logits = output.logits!;
    const data = logits.data as Float32Array;
    rows.forEach((row, index) => {
      accept(index, this.#labelsOf(row, data, index * width));
    });
    logits.dispose();
  }

  /** A word's probabilities are the means over its pieces: a `B-` on a later piece belongs to the word as well. */
  #labelsOf({ wordOf, starts, ends }: Encoded, logits: Float32Array, firstRow: number): WordLabels {
    const columns = this.types.length;
    const labelCount = this.#typeOf.length;
    const probabilities = new Float32Array(starts.length * columns);
    const begins = new Float32Array(starts.length);
    const pieces = new Uint16Array(starts.length);
    const row = new Float64Array(labelCount);
    for (let token = 1; token < wordOf.length - 1; token++) {
      const word = wordOf[token]!;
      const offset = (firstRow + token) * labelCount;
      let highest = Number.NEGATIVE_INFINITY;
      for (let label = 0; label < labelCount; label++) highest = Math.max(highest, logits[offset + label]!);
      let sum = 0;
      for (let label = 0; label < labelCount; label++) {
        row[label] = Math.exp(logits[offset + label]! - highest);
        sum += row[label]!;
      }
      let begin = 0;
      for (let label = 0; label < labelCount; label++) {
        if (label === this.#outside) continue;
        const probability = row[label]! / sum;
        probabilities[word * columns + this.#typeOf[label]!]! += probability;
        if (this.#isBegin[label] === 1) begin += probability;
      }
      if (pieces[word] === 0) begins[word] = begin;
      pieces[word]!++;
    }
    for (let word = 0; word < starts.length; word++)
      for (let column = 0; column < columns; column++)
        probabilities[word * columns + column]! /= Math.max(1, pieces[word]!);
    return { starts, ends, probabilities, begins };
  }
}
