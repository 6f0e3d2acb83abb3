import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const condition = "@groundwork/source";

/** Kills ingestions: 40 times by default, `CHAOS_KILLS=200` for the full run. */
export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/chaos/**/*.test.ts"],
    execArgv: [`--conditions=${condition}`],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
});
