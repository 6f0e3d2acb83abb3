import { folder } from "@groundwork/source-files";
import { openKnowledgeBase } from "groundwork";
import { stubEmbedder } from "../ingest/groundwork-peer.ts";

/** One ingestion (or one plan) in a process of its own, so that its peak memory is its own: prints one line of JSON. */
const [root, state, model] = process.argv.slice(2) as [string, string, "stub" | "local"];
await using base = await openKnowledgeBase({ path: state, ...(model === "local" ? {} : { embedder: stubEmbedder() }) });
const before = process.cpuUsage();
const started = performance.now();
const report = await base.ingest(folder(root, { id: "scale" }));
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
const failed = report.outcomes.filter(({ error }) => error !== undefined).map(({ error }) => error?.code);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1_000_000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    counts: report.counts,
    work: report.work,
    stages: report.stages,
    failed,
  }),
);
