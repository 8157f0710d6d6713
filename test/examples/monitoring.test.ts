import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { findFreePort } from "../support/free-port.ts";
import { PROVIDERS, ScriptedProvider } from "../support/providers.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../support/service.ts";
import { PROJECT } from "./example-service.ts";

const FOLDER = join(PROJECT, "examples/monitoring");
const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const RulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const DashboardSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const rules = RulesSchema.parse(parse(read("alerts.yml"))).groups.flatMap((group) => group.rules);
const panels = DashboardSchema.parse(JSON.parse(read("dashboard.json"))).panels;

/** Every expression, by the alert or the panel that it is of. */
const EXPRESSIONS: [where: string, expression: string][] = [
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
];

let service: TestService;
const providerFolder = mkdtempSync(join(tmpdir(), "media-bridge-provider-"));
/** Each name of a sample, with the names of its labels. */
let samples: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  const port = await findFreePort();
  const provider = new ScriptedProvider(providerFolder);
  service = await startTestService({
    pythonPath: [PROVIDERS],
    config: {
      media_storage_providers: [provider.entry({ store_synchronous: false })],
      modules: [
        { module: "residents.First", config: {} },
        { typescript: join(FIXTURE_MODULES, "counting.ts"), config: {}, shadow: { module: "residents.First" } },
      ],
    },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  await service.upload("content");
  samples = readSamples(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
});
afterAll(async () => {
  await service.stop();
  rmSync(providerFolder, { recursive: true, force: true });
});

function readSamples(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    const names = [...labels.matchAll(/(?:^|,)([a-z_]+)="/g)].map(([, label = ""]) => label);
    found.set(name, new Set([...(found.get(name) ?? []), ...names]));
  }
  return found;
}

/** The metrics that an expression uses, each with the labels by which it selects. */
function metricsIn(expression: string): [metric: string, labels: string[]][] {
  return [...expression.matchAll(/\b((?:media_bridge|process|nodejs)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", selectors = ""]) => [
      name,
      [...selectors.matchAll(/([a-z_]+)\s*(?:=|!)/g)].map(([, label = ""]) => label),
    ],
  );
}

describe("the dashboard and the alerts", () => {
  test.each(EXPRESSIONS)("use in “%s” only metrics and labels that the running service has", (_where, expression) => {
    const used = metricsIn(expression);
    expect(used.length > 0 || expression.startsWith("up{")).toBe(true);
    // Prometheus adds these.
    const given = new Set(["job", "instance"]);
    const missing = used.flatMap(([name, labels]) => {
      const known = samples.get(name);
      if (known === undefined) return [name];
      return labels.filter((label) => !known.has(label) && !given.has(label)).map((label) => `${name}{${label}}`);
    });
    expect(missing).toEqual([]);
  });

  test("show every metric of the service's own somewhere", () => {
    const used = new Set(EXPRESSIONS.flatMap(([, expression]) => metricsIn(expression).map(([name]) => name)));
    const own = [...samples.keys()].filter((name) => name.startsWith("media_bridge_"));
    const families = new Set(own.map((name) => name.replace(/_(?:bucket|sum|count)$/, "")));
    const unused = [...families].filter(
      (name) => ![name, `${name}_bucket`, `${name}_count`].some((form) => used.has(form)),
    );
    expect(unused).toEqual([]);
  });
});

test("promtool finds nothing wrong with the alerts, nor with the example's configuration of Prometheus", async () => {
  for (const [command, file] of [
    ["rules", "alerts.yml"],
    ["config", "prometheus.yml"],
  ] as const) {
    const { exitCode, stdout, stderr } = await execa("promtool", ["check", command, join(FOLDER, file)], {
      reject: false,
    });
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
  }
});
