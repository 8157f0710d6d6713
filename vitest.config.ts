import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: ["/service", "/testing", ""].map((name) => ({
      find: new RegExp(`^synapse-media-bridge${name}$`),
      replacement: new URL(`./src${name || "/index"}.ts`, import.meta.url).pathname,
    })),
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    // These have configurations of their own: they need a real Synapse, and modules of others.
    exclude: ["test/synapse/**", "test/public-modules/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Every suite spawns real Python children; more workers than cores only makes them wait for each other.
    maxWorkers: 2,
  },
});
