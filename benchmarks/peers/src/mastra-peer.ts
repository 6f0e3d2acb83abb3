import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@lancedb/lancedb";
import { LanceVectorStore } from "@mastra/lance";
import { MDocument } from "@mastra/rag";
import { CHUNK_CHARACTERS, type IngestPeer } from "../../src/ingest/ingest-peer.ts";
import { listFiles } from "../../src/ingest/list-files.ts";
import { STUB_DIMENSIONS, stubList } from "../../src/ingest/stub-embedding.ts";

const TABLE = "chunks";

/**
 * `MDocument.chunk` and its LanceDB store. It has no incremental indexing: nothing remembers what was brought in, and its `upsert`
 * writes over the whole table, so every run makes everything anew, in one call.
 */
export const peer: IngestPeer = {
  async ingest(corpus, state) {
    const vectors: number[][] = [];
    const metadata: { source: string; text: string }[] = [];
    const ids: string[] = [];
    for (const { key, path } of listFiles(corpus)) {
      const document = MDocument.fromText(readFileSync(path, "utf8"), { source: key });
      const chunks = await document.chunk({ strategy: "recursive", maxSize: CHUNK_CHARACTERS, overlap: 0 });
      for (const [ordinal, { text }] of chunks.entries()) {
        vectors.push(stubList(text));
        metadata.push({ source: key, text });
        ids.push(`${key}#${ordinal}`);
      }
    }
    const store = await LanceVectorStore.create(join(state, "store"));
    if (!(await store.listTables()).includes(TABLE)) {
      // Its `upsert` wants a table that is there, with the columns that it will write.
      const vector = Array.from({ length: STUB_DIMENSIONS }, () => 0);
      await store.createTable(TABLE, [{ id: "", vector, metadata_source: "", metadata_text: "" }]);
    }
    await store.upsert({ indexName: TABLE, tableName: TABLE, vectors, metadata, ids });
    store.close();
  },
  async *rows(state) {
    const table = await (await connect(join(state, "store"))).openTable(TABLE);
    for (const row of await table.query().select(["metadata_source", "metadata_text"]).toArray())
      yield { key: row.metadata_source as string, text: row.metadata_text as string };
  },
};
