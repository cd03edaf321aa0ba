import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["ccb-source"] },
  ssr: { resolve: { conditions: ["ccb-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "examples/**/*.test.ts", "crash-lab/**/*.test.ts"],
    pool: "forks",
    // Many tests wait for processes they started; these need cores too, and three files at once are faster than two also on two cores.
    maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
