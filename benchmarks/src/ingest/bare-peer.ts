import { bareLoop, bareRows } from "./bare-loop.ts";
import type { IngestPeer } from "./ingest-peer.ts";

/** The hand-written loop, vectors alone. */
export const peer: IngestPeer = { ingest: (corpus, state) => bareLoop(corpus, state, false), rows: bareRows };
