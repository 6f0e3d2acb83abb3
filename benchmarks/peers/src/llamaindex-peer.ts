import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Table } from "@lancedb/lancedb";
import {
  BaseEmbedding,
  type BaseNode,
  BaseVectorStore,
  DocStoreStrategy,
  Document,
  IngestionPipeline,
  MetadataMode,
  SentenceSplitter,
  SimpleDocumentStore,
  SimpleKVStore,
  type VectorStoreQueryResult,
} from "llamaindex";
import type { IngestPeer } from "../../src/ingest/ingest-peer.ts";
import { listFiles } from "../../src/ingest/list-files.ts";
import { stubList } from "../../src/ingest/stub-embedding.ts";

const TABLE = "chunks";
const ROWS_PER_WRITE = 2_000;
/** Its splitter counts tokens of its default tokenizer; this many make about as many chunks as the others'. */
const CHUNK_TOKENS = 380;

class StubEmbedding extends BaseEmbedding {
  // Its constructor is protected.
  // biome-ignore lint/complexity/noUselessConstructor: makes it public
  constructor() {
    super();
  }
  async getTextEmbedding(text: string): Promise<number[]> {
    return stubList(text);
  }
  override getTextEmbeddings = async (texts: string[]): Promise<number[][]> => texts.map(stubList);
}

/** It has no LanceDB store of its own: the smallest one that its pipeline works with. */
class LanceStore extends BaseVectorStore {
  storesText = true;
  #table: Table | undefined;
  readonly #path: string;

  constructor(path: string) {
    super({ embeddingModel: new StubEmbedding() });
    this.#path = path;
  }

  client(): unknown {
    return this.#table;
  }

  async add(nodes: BaseNode[]): Promise<string[]> {
    const connection = await connect(this.#path);
    for (let start = 0; start < nodes.length; start += ROWS_PER_WRITE) {
      const rows = nodes.slice(start, start + ROWS_PER_WRITE).map((node) => ({
        id: node.id_,
        source: node.sourceNode?.nodeId ?? "",
        text: node.getContent(MetadataMode.NONE),
        vector: node.getEmbedding(),
      }));
      this.#table ??= (await connection.tableNames()).includes(TABLE) ? await connection.openTable(TABLE) : undefined;
      if (this.#table === undefined) this.#table = await connection.createTable(TABLE, rows);
      else await this.#table.add(rows);
    }
    return nodes.map((node) => node.id_);
  }

  async delete(refDocId: string): Promise<void> {
    this.#table ??= await (await connect(this.#path)).openTable(TABLE);
    await this.#table.delete(`source = '${refDocId.replaceAll("'", "''")}'`);
  }

  async query(): Promise<VectorStoreQueryResult> {
    throw new Error("The benchmark does not search.");
  }
}

/** The ingestion pipeline with `upserts_and_delete`; its document store is kept as JSON between the runs. */
export const peer: IngestPeer = {
  async ingest(corpus, state) {
    const kept = join(state, "documents.json");
    const values = new SimpleKVStore(existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {});
    const pipeline = new IngestionPipeline({
      transformations: [new SentenceSplitter({ chunkSize: CHUNK_TOKENS, chunkOverlap: 0 }), new StubEmbedding()],
      vectorStore: new LanceStore(join(state, "store")),
      docStore: new SimpleDocumentStore(values),
      docStoreStrategy: DocStoreStrategy.UPSERTS_AND_DELETE,
      disableCache: true,
    });
    const documents = listFiles(corpus).map(
      ({ key, path }) => new Document({ id_: key, text: readFileSync(path, "utf8") }),
    );
    await pipeline.run({ documents });
    writeFileSync(`${kept}.draft`, JSON.stringify(values.toDict()));
    renameSync(`${kept}.draft`, kept);
  },
  async *rows(state) {
    const table = await (await connect(join(state, "store"))).openTable(TABLE);
    for (const row of await table.query().select(["source", "text"]).toArray())
      yield { key: row.source as string, text: row.text as string };
  },
};
