import { bareLoop, bareRows } from "./bare-loop.ts";
import type { IngestPeer } from "./ingest-peer.ts";

/** The hand-written loop with LanceDB's full-text index, made anew after each change. */
export const peer: IngestPeer = { ingest: (corpus, state) => bareLoop(corpus, state, true), rows: bareRows };
