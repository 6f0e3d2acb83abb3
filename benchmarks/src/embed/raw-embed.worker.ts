import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/** What a hand-written loop is given: the runtime, the weights and the batches as token ids, shortest first. */
export interface RawEmbedSetup {
  /** A file whose package depends on `onnxruntime-node`. */
  readonly dependant: string;
  readonly modelPath: string;
  readonly batches: readonly (readonly (readonly number[])[])[];
}

/** What is used of the runtime; the benchmarks do not depend on it themselves. */
interface Tensor {
  dispose(): void;
}
interface Runtime {
  readonly Tensor: new (type: "int64", data: BigInt64Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(
      path: string,
      options: object,
    ): Promise<{
      run(feed: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
      release(): Promise<void>;
    }>;
  };
}

const { dependant, modelPath, batches } = workerData as RawEmbedSetup;
const runtime = (await import(pathToFileURL(createRequire(dependant).resolve("onnxruntime-node")).href)) as Runtime;

const session = await runtime.InferenceSession.create(modelPath, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
  executionProviders: ["cpu"],
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});

const feeds = batches.map((batch) => {
  const width = Math.max(...batch.map((ids) => ids.length));
  const tensor = (value: (ids: readonly number[], column: number) => number): Tensor =>
    new runtime.Tensor(
      "int64",
      BigInt64Array.from(
        batch.flatMap((ids) => Array.from({ length: width }, (_, column) => BigInt(value(ids, column)))),
      ),
      [batch.length, width],
    );
  return {
    input_ids: tensor((ids, column) => ids[column] ?? 0),
    attention_mask: tensor((ids, column) => (column < ids.length ? 1 : 0)),
    token_type_ids: tensor(() => 0),
  };
});

parentPort?.on("message", async (message: { readonly count: number } | "close") => {
  if (message === "close") {
    await session.release();
    parentPort?.close();
    return;
  }
  for (const feed of feeds.slice(0, message.count)) (await session.run(feed)).last_hidden_state?.dispose();
  parentPort?.postMessage("done");
});
parentPort?.postMessage("ready");
