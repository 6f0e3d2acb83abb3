import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const condition = "@groundwork/source";

/** Against real servers, which `servers/global-setup.ts` starts. */
export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["packages/*/test/**/*.integration.test.ts", "test/integration/**/*.test.ts"],
    globalSetup: ["test/servers/global-setup.ts"],
    execArgv: [`--conditions=${condition}`],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
