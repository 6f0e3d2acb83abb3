import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const condition = "@groundwork/source";

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: [
      "packages/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "benchmarks/test/**/*.test.ts",
      "test/{architecture,e2e}/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/*.integration.test.ts"],
    execArgv: [`--conditions=${condition}`],
    pool: "forks",
    // One more than the default leaves free: the tests wait for processes and files more than they compute.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
