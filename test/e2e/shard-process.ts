import type { Shard } from "@groundwork/contracts";
import { runShard } from "@groundwork/pipeline";
import { folder } from "@groundwork/source-files";
import { openChaos } from "../chaos/knowledge-base.ts";

/** A process that runs the shards it is sent, one after the other. */
const [path, root] = process.argv.slice(2) as [string, string];
const knowledgeBase = await openChaos(path);
process.on("message", async ({ shard, startedAt }: { shard: Shard; startedAt: number }) => {
  try {
    const report = await runShard(shard, knowledgeBase.parts, [folder(root)], { startedAt });
    process.send?.({ shardId: shard.shardId, report });
  } catch (error) {
    process.send?.({ shardId: shard.shardId, error: String(error) });
  }
});
process.on("disconnect", () => void knowledgeBase.close().then(() => process.exit(0)));
process.send?.("ready");
