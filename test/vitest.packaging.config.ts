import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Works on what is packed: build first (`pnpm build`). */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/packaging/**/*.test.ts"],
    pool: "forks",
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
