import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const condition = "@groundwork/source";

/** What the fake AWS answers, held against the models that AWS publishes. Needs Python 3.9 or later. */
export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/aws-models/**/*.test.ts"],
    execArgv: [`--conditions=${condition}`],
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
