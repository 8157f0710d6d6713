import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The tests beside a real Synapse, which is started once for all of them. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { alias: { "synapse-media-bridge": fileURLToPath(new URL("../../src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/synapse/**/*.test.ts"],
    globalSetup: ["test/synapse/support/homeserver.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
