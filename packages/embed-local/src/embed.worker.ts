import { parentPort, workerData } from "node:worker_threads";
import type { WorkerSetup } from "./embed-message.ts";
import { serveEmbedding } from "./serve-embedding.ts";

if (parentPort === null) throw new Error("embed.worker runs in a worker thread only");
serveEmbedding(parentPort, workerData as WorkerSetup);
