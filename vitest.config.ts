import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "synapse-media-bridge": new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    // These have a configuration of their own: they need a real Synapse.
    exclude: ["test/synapse/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Every suite spawns real Python children; more workers than cores only makes them wait for each other.
    maxWorkers: 2,
  },
});
