import { type Embedder, GroundworkError } from "@groundwork/contracts";
import { folder } from "@groundwork/source-files";
import { type KnowledgeBase, openKnowledgeBase } from "groundwork";
import type { IngestPeer } from "./ingest-peer.ts";
import { STUB_DIMENSIONS, stubVector } from "./stub-embedding.ts";
import { stubTokenCounter } from "./stub-token-counter.ts";

export function stubEmbedder(): Embedder {
  return {
    modelId: "bench-stub",
    revision: "1",
    dimensions: STUB_DIMENSIONS,
    maxInputTokens: 512,
    maxTextsPerCall: 256,
    maxParallelCalls: 2,
    tokenCounter: stubTokenCounter(),
    async doEmbed(texts) {
      const vectors = new Float32Array(texts.length * STUB_DIMENSIONS);
      for (const [index, text] of texts.entries()) vectors.set(stubVector(text), index * STUB_DIMENSIONS);
      return { vectors, tokens: texts.length };
    },
  };
}

function open(state: string): Promise<KnowledgeBase> {
  return openKnowledgeBase({ path: state, embedder: stubEmbedder() });
}

/** The embedded default, with nothing switched off but the model. */
export const peer: IngestPeer = {
  async ingest(corpus, state) {
    await using kb = await open(state);
    // The identity of the source must not hang on the name of the folder.
    const report = await kb.ingest([folder(corpus, { id: "bench" })]);
    if (report.status !== "completed")
      throw new GroundworkError("INTERNAL", `Expected a completed run, found ${report.status}.`);
  },
  async *rows(state) {
    await using kb = await open(state);
    const watermark = await kb.parts.catalog.watermark();
    for await (const batch of kb.parts.store.scan(undefined, { columns: ["key", "text"], watermark })) {
      const [keys, texts] = [batch.getChild("key")!, batch.getChild("text")!];
      for (let index = 0; index < batch.numRows; index++)
        yield { key: keys.get(index) as string, text: texts.get(index) as string };
    }
  },
};
