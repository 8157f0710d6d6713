import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The tests with public modules, which `npm run setup:modules` installs. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { alias: { "synapse-media-bridge": fileURLToPath(new URL("../../src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/public-modules/**/*.test.ts"],
    setupFiles: ["test/support/setup/after-each-file.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
