import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest. They begin first: the last one would run alone while the other worker has nothing. */
const SLOWEST = [
  "faults/http-fuzz",
  "package/package",
  "faults/kill-storm",
  "modules/python/python-environment",
  "faults/families",
  "faults/restarts",
  "modules/python/hostile",
  "providers/storing",
  "providers/fetching",
  "cli/migration/replay",
  "guard/live/check-live",
  "cli/new-module",
  "shadow/whole-path",
  "faults/soak",
  "faults/shadow",
  "faults/power-cut",
];

/**
 * Each of these files has a process of its own: it measures the process, changes it or uses it up. All others leave
 * nothing behind, and run one after another in the same two processes, which have loaded the service already. Helpers that
 * they share register no hooks when they are loaded.
 */
const APART = [
  "faults/wire-fuzz",
  "http/pipelined-downloads",
  "server/shadow/budget",
  "server/shadow/hostile",
  "server/shadow/lost",
  "server/shadow/reloads",
  "service/stopping",
  "shadow/recording/read-recording",
  "storage/sqlite/busy-database",
  "storage/sqlite/large-reads",
  "util/free-buffer",
  "web/streaming",
].map((name) => `test/${name}.test.ts`);

/** They have configurations of their own: they need a real Synapse, and modules of others. */
const ELSEWHERE = ["test/synapse/**", "test/public-modules/**"];

/** The files that share a process come last: it ends as soon as another kind of file is next. */
function placeOf({ moduleId, project }: TestSpecification): number {
  if (project.config.isolate) return -1;
  const place = SLOWEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place === -1 ? SLOWEST.length : place;
}

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's, and sorts nothing in place
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

// Tests start hundreds of processes of Node.js, which compile the same files: they find what the first ones compiled.
process.env["NODE_COMPILE_CACHE"] ??= new URL("node_modules/.cache/node-compile", import.meta.url).pathname;
// Tests write modules anew within a second, which is all that tells Python whether what it compiled is out of date.
process.env["PYTHONDONTWRITEBYTECODE"] = "1";

export default defineConfig({
  resolve: {
    alias: ["/service", "/testing", ""].map((name) => ({
      find: new RegExp(`^synapse-media-bridge${name}$`),
      replacement: new URL(`./src${name || "/index"}.ts`, import.meta.url).pathname,
    })),
  },
  test: {
    projects: [
      { extends: true, test: { name: "apart", include: APART } },
      {
        extends: true,
        test: {
          name: "in one process",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: [...ELSEWHERE, ...APART],
          isolate: false,
        },
      },
    ],
    globalSetup: ["test/support/setup/compile-shim.ts"],
    setupFiles: ["test/support/setup/after-each-file.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Every suite spawns real Python children; more workers than cores only makes them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
  },
});
