import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KINDS } from "../../src/callbacks/kinds.ts";
import * as entryPoint from "../../src/index.ts";
import { createPrometheusMetrics } from "../../src/metrics/prometheus.ts";
import { captureLog } from "../support/captured-log.ts";

const writing = readDocument("writing-modules.md");
const operations = readDocument("operations.md");
const counted = readDocument("metrics.md");

test("Every callback is documented under both of its names, and how to call it", () => {
  for (const [name, { typescriptName }] of Object.entries(KINDS)) {
    expect(writing).toContain(`| \`${name}(`);
    expect(writing).toContain(`| \`${typescriptName}\` |`);
    expect(operations).toContain(`| \`${name}\` |`);
  }
});

test("Every export for modules is documented, types included", () => {
  const source = readFileSync(new URL("../../src/index.ts", import.meta.url), "utf8");
  const exported = [...source.matchAll(/export (?:type )?\{([^}]+)\}/g)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.replace("type ", "").trim()),
  );
  const names = exported.filter((name) => name !== "");
  expect(names).toEqual(expect.arrayContaining(Object.keys(entryPoint)));
  for (const name of names) expect(writing).toMatch(new RegExp(`\`${name}\\b`));
});

test("Every metric of the service is documented, and no other", async () => {
  const { metrics, registry } = createPrometheusMetrics(captureLog());
  metrics.watchBridge(() => [
    { name: "shared", up: true, inFlight: 0, queued: 0, refused: 0, restarts: 0, ignored: 0 },
  ]);
  metrics.watchShadows(() => []);
  metrics.watchPendingStores(async () => new Map());
  metrics.watchDeletions(async () => 0);
  metrics.watchTraffic(() => ({ receivedBytes: 0, sentBytes: 0 }));
  const own = (await registry.getMetricsAsJSON())
    .map(({ name }) => name)
    .filter((name) => name.startsWith("media_bridge_"));
  const documented = [...counted.matchAll(/^\| `(media_bridge_\w+)`/gm)].map(([, name]) => name);
  expect(new Set(documented)).toEqual(new Set(own));
});

function readDocument(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}
