import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@lancedb/lancedb";
import { InMemoryRecordManager } from "@langchain/community/indexes/memory";
import { LanceDB } from "@langchain/community/vectorstores/lancedb";
import { Document } from "@langchain/core/documents";
import { Embeddings } from "@langchain/core/embeddings";
import { index } from "@langchain/core/indexing";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { CHUNK_CHARACTERS, type IngestPeer } from "../../src/ingest/ingest-peer.ts";
import { listFiles } from "../../src/ingest/list-files.ts";
import { stubList } from "../../src/ingest/stub-embedding.ts";

const TABLE = "chunks";
/** Its default is 100; larger writes suit LanceDB better. */
const BATCH = 2_000;

class StubEmbeddings extends Embeddings {
  async embedDocuments(texts: string[]): Promise<number[][]> {
    return texts.map(stubList);
  }
  async embedQuery(text: string): Promise<number[]> {
    return stubList(text);
  }
}

/** Its LanceDB class keeps no ids and cannot delete, which its own indexing API asks for: both are added here. */
class DeletingLanceDB extends LanceDB {
  override async addDocuments(documents: Document[], options?: { ids?: string[] }): Promise<void> {
    const withIds = documents.map(
      ({ pageContent, metadata }, position) =>
        new Document({ pageContent, metadata: { ...metadata, id: options?.ids?.[position] ?? "" } }),
    );
    await super.addDocuments(withIds);
  }
  override async delete({ ids }: { ids: string[] }): Promise<void> {
    // The table of the base class is private to its types.
    const { table } = this as unknown as { table?: { delete(where: string): Promise<unknown> } };
    await table?.delete(`id IN (${ids.map((id) => `'${id}'`).join(",")})`);
  }
}

/** Recursive splitting and `index()` with `cleanup: "full"`; the in-memory record manager is kept as JSON between the runs. */
export const peer: IngestPeer = {
  async ingest(corpus, state) {
    const records = join(state, "records.json");
    const recordManager = new InMemoryRecordManager();
    if (existsSync(records)) recordManager.records = new Map(JSON.parse(readFileSync(records, "utf8")));
    const connection = await connect(join(state, "store"));
    const isNew = !(await connection.tableNames()).includes(TABLE);
    const vectorStore = new DeletingLanceDB(new StubEmbeddings({}), {
      uri: join(state, "store"),
      tableName: TABLE,
      ...(isNew ? {} : { table: await connection.openTable(TABLE) }),
    } as never);
    const splitter = new RecursiveCharacterTextSplitter({ chunkSize: CHUNK_CHARACTERS, chunkOverlap: 0 });
    const documents = listFiles(corpus).map(
      ({ key, path }) => new Document({ pageContent: readFileSync(path, "utf8"), metadata: { source: key } }),
    );
    const chunks = (await splitter.splitDocuments(documents)).map(
      ({ pageContent, metadata }) => new Document({ pageContent, metadata: { source: metadata.source as string } }),
    );
    await index({
      docsSource: chunks,
      recordManager,
      vectorStore,
      options: { batchSize: BATCH, cleanup: "full", sourceIdKey: "source" },
    });
    writeFileSync(`${records}.draft`, JSON.stringify([...recordManager.records]));
    renameSync(`${records}.draft`, records);
  },
  async *rows(state) {
    const table = await (await connect(join(state, "store"))).openTable(TABLE);
    for (const row of await table.query().select(["source", "text"]).toArray())
      yield { key: row.source as string, text: row.text as string };
  },
};
