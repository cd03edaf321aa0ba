import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["ccb-source"] },
  ssr: { resolve: { conditions: ["ccb-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "examples/**/*.test.ts", "crash-lab/**/*.test.ts"],
    pool: "forks",
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
