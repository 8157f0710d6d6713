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
  "server/shadow/lost",
  "cli/migration/replay",
  "guard/live/check-live",
  "cli/new-module",
  "shadow/whole-path",
  "faults/soak",
  "faults/shadow",
  "faults/power-cut",
];

/**
 * Their tests leave nothing behind in the process, and start none that reads it: the files of these folders run one after
 * another in the same process, which has loaded the service already. Helpers that they share register no hooks.
 */
const IN_ONE_PROCESS = [
  "callbacks",
  "config",
  "coordination",
  "docs",
  "homeserver",
  "http",
  "jobs",
  "media",
  "metrics",
  "proxy",
  "util",
].map((name) => `test/${name}/**/*.test.ts`);

/** The files that share a process follow each other, at the end. */
function placeOf({ moduleId, project }: TestSpecification): number {
  const place = SLOWEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  if (place !== -1) return place;
  return project.config.isolate ? SLOWEST.length : SLOWEST.length + 1;
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
      {
        extends: true,
        test: {
          name: "apart",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          // The first two have configurations of their own: they need a real Synapse, and modules of others.
          exclude: ["test/synapse/**", "test/public-modules/**", ...IN_ONE_PROCESS],
        },
      },
      { extends: true, test: { name: "in one process", include: IN_ONE_PROCESS, isolate: false } },
    ],
    globalSetup: ["test/support/compile-shim.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Every suite spawns real Python children; more workers than cores only makes them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
  },
});
