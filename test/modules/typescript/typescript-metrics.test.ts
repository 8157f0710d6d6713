import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { declareUncounted } from "../../../src/metrics/declared-metrics.ts";
import type { MetricsApi } from "../../../src/module-api/metrics-api.ts";
import { TypeScriptMetrics } from "../../../src/metrics/typescript-metrics.ts";
import { refuse } from "../../cli/refusals.ts";
import { CliFolder } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

interface Counting {
  readonly kind?: "counter" | "gauge" | "histogram";
  readonly name?: string;
  readonly label?: string;
}

const counting = (config: Counting = {}) => ({ typescript: join(FIXTURE_MODULES, "counting.ts"), config });

async function open(modules: readonly object[]): Promise<{ service: TestService; scrape: () => Promise<string[]> }> {
  const port = await findFreePort();
  const service = await startTestService({
    config: { modules },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  const scrape = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.split("\n").filter((line) => line.includes("example_"));
  };
  return { service, scrape };
}

describe("Metrics of TypeScript modules", () => {
  test("are on /metrics by kind, name and labels, and one name is one metric", async () => {
    const modules = [counting(), counting(), counting({ kind: "gauge", name: "example_level" })];
    const { service, scrape } = await open([...modules, counting({ kind: "histogram", name: "example_bytes" })]);
    await service.request(CONFIG, { as: "alice" });
    await service.request(CONFIG, { as: "carol" });
    expect(await scrape()).toEqual([
      "# HELP example_asked_total Who asked",
      "# TYPE example_asked_total counter",
      'example_asked_total{user="alice"} 2',
      'example_asked_total{user="carol"} 2',
      "# HELP example_level Who asked",
      "# TYPE example_level gauge",
      'example_level{user="alice"} 3',
      'example_level{user="carol"} 3',
      "# HELP example_bytes Who asked",
      "# TYPE example_bytes histogram",
      ...["alice", "carol"].flatMap((user) => [
        `example_bytes_bucket{le="1",user="${user}"} 0`,
        `example_bytes_bucket{le="10",user="${user}"} 1`,
        `example_bytes_bucket{le="+Inf",user="${user}"} 1`,
        `example_bytes_sum{user="${user}"} 7`,
        `example_bytes_count{user="${user}"} 1`,
      ]),
    ]);
    await service.stop();
  });

  test("count on over a reload; what is declared otherwise begins anew, what is gone is shown no more", async () => {
    const { service, scrape } = await open([counting(), counting({ name: "example_gone_total" })]);
    await service.request(CONFIG, { as: "alice" });
    await service.reload([counting(), counting({ name: "example_new_total" })]);
    await service.request(CONFIG, { as: "alice" });
    expect((await scrape()).filter((line) => !line.startsWith("#"))).toEqual([
      'example_asked_total{user="alice"} 2',
      'example_new_total{user="alice"} 1',
    ]);
    await service.reload([counting({ label: "who" })]);
    await service.request(CONFIG, { as: "alice" });
    expect((await scrape()).at(-1)).toBe('example_asked_total{who="alice"} 1');
    await service.stop();
  });

  test("Metrics of a reload that fails change nothing", async () => {
    const { service, scrape } = await open([counting()]);
    await service.request(CONFIG, { as: "alice" });
    // The name comes from the configuration of the module, whose values errors do not show.
    const failed = service.reload([counting({ kind: "gauge" }), counting()]);
    await expect(failed).rejects.toThrow(/module 2 .*the metric <value> exists already, as a gauge/);
    await expect(service.reload([counting({ name: "process_files" })])).rejects.toThrow(/name of the service's own/);
    await service.request(CONFIG, { as: "alice" });
    expect((await scrape()).at(-1)).toBe('example_asked_total{user="alice"} 2');
    await service.stop();
  });

  test("have the name, where a Python module wants it too, which the log tells", async () => {
    const python = { module: "counting.Counting", config: { name: "example_asked_total" } };
    const { service, scrape } = await open([counting(), python]);
    await service.request(CONFIG, { as: "alice" });
    expect((await scrape()).filter((line) => !line.startsWith("#"))).toEqual(['example_asked_total{user="alice"} 1']);
    await service.log.waitFor(({ facts }) => facts["metric"] === "example_asked_total");
    await service.stop();
  });
});

type Declare = (metrics: MetricsApi) => unknown;
const help = "For a test";

/** What is declared, and what is said of it. */
const REFUSALS: [what: string, declare: Declare, said: string][] = [
  ["a name of the service's", (m) => m.counter({ name: "media_bridge_uploads_total", help }), "media_bridge_uploads_total has a name of the service's own"],
  ["a name of Node's", (m) => m.gauge({ name: "nodejs_version_info", help }), "nodejs_version_info has a name of the service's own"],
  ["a name that is not valid", (m) => m.counter({ name: "no name", help }), '"no name" is not a valid name of a metric'],
  ["no help", (m) => m.counter({ name: "a", help: "" }), "the metric a needs a help text"],
  ["a label that is not valid", (m) => m.counter({ name: "a", help, labelNames: ["__user"] }), 'a has a label "__user", which is none'],
  ["another kind", (m) => [m.counter({ name: "a", help }), m.gauge({ name: "a", help })], "a exists already, as a counter"],
  ["other labels", (m) => [m.counter({ name: "a", help }), m.counter({ name: "a", help, labelNames: ["user"] })], "a exists already, with other labels or buckets"],
  ["other buckets", (m) => [1, 2].map((bound) => m.histogram({ name: "a", help, buckets: [bound] })), "a exists already, with other labels or buckets"],
  ["a name that a histogram writes", (m) => [m.histogram({ name: "a", help }), m.gauge({ name: "a_count", help })], "a_count would write a_count, as the metric a does"],
]; // prettier-ignore

describe.each([
  ["with Prometheus", () => new TypeScriptMetrics().open().api],
  ["without", () => declareUncounted().api],
])("%s, a metric is refused", (_how, openApi) => {
  test.each(REFUSALS)("A metric is refused that has %s", (_what, declare, said) => {
    expect(() => declare(openApi())).toThrow(new TypeError(said.startsWith('"') ? said : prefixed(said)));
  });
});

test.each([
  ["check", undefined],
  ["start", { host: "127.0.0.1", port: 0 }],
])("%s names the module whose metric is refused, and the line", async (command, metrics) => {
  const folder = new CliFolder({ config: { modules: [{ typescript: "./it.ts" }] }, mediaBridge: { metrics } });
  folder.write(
    "it.ts",
    `import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "it",
  setup(api) {
    api.metrics.counter({ name: "process_restarts_total", help: "of something else" });
  },
});
`,
  );
  expect(await refuse(folder, [command])).toMatch(
    /module 1 .*it\.ts\) cannot be set up: TypeError: the metric process_restarts_total has a name of the service's own \(at .*it\.ts:5:/,
  );
});

function prefixed(said: string): string {
  return said.startsWith("the metric") ? said : `the metric ${said}`;
}
