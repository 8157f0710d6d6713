import { describe, expect, test } from "vitest";
import { ModuleMetrics } from "../../src/metrics/module-metrics.ts";
import { captureLog } from "../support/captured-log.ts";

const OWN = `# HELP own_total Ours
# TYPE own_total counter
own_total 1

# HELP own_seconds Ours
# TYPE own_seconds histogram
own_seconds_bucket{le="+Inf"} 1
own_seconds_sum 1
own_seconds_count 1
# HELP level_sum Ours
# TYPE level_sum gauge
level_sum 1
`;
const THEIRS = `# HELP theirs_total Several\\nlines, "quoted" \\\\
# TYPE theirs_total counter
theirs_total{kind="# HELP own_total no"} 2.0
# HELP own_total A name of ours
# TYPE own_total counter
own_total 3.0
# HELP own_seconds_count A name that our histogram makes
# TYPE own_seconds_count gauge
own_seconds_count 3.0
# HELP level A histogram that would make a name of ours
# TYPE level histogram
level_bucket{le="+Inf"} 1.0
level_sum 1.0
# HELP last_created Last
# TYPE last_created gauge
last_created 1.5e+09
`;

describe("the metrics of modules", () => {
  test("come after the service's own, without those that have a name of the service's", async () => {
    const log = captureLog();
    const metrics = new ModuleMetrics(log);
    metrics.watch(() => Promise.resolve([{ child: undefined, text: THEIRS }]));
    const kept = THEIRS.split("\n").filter((line) => /theirs|last/.test(line));
    expect(await metrics.addTo(OWN)).toBe(`${OWN}\n${kept.join("\n")}\n`);
    await metrics.addTo(OWN);
    expect(log.lines.map(({ level, facts }) => [level, facts["metric"]])).toEqual([
      ["warn", "own_total"],
      ["warn", "own_seconds_count"],
      ["warn", "level"],
    ]);
  });

  test.each([
    ["no source is set", undefined],
    ["no module has any", () => Promise.resolve([{ child: undefined, text: "" }])],
    ["they cannot be had in time", () => Promise.reject(new Error("TIMEOUT"))],
  ])("are left out where %s", async (_why, read) => {
    const metrics = new ModuleMetrics(captureLog());
    if (read) metrics.watch(read);
    expect(await metrics.addTo(OWN)).toBe(OWN);
  });

  test("A label distinguishes the metrics of several children, and each metric has its comments once", async () => {
    const metrics = new ModuleMetrics(captureLog());
    metrics.watch(() =>
      Promise.resolve([
        { child: "a.A", text: "# HELP seen_total Seen\n# TYPE seen_total counter\nseen_total 1.0\n" },
        {
          child: "a.A#2",
          text: '# HELP seen_total Seen\n# TYPE seen_total counter\nseen_total{kind="}"} 2.0\n# TYPE other gauge\nother 3\n',
        },
      ]),
    );
    const text = await metrics.addTo(OWN);
    expect(text.slice(OWN.length)).toBe(
      [
        "",
        "# HELP seen_total Seen",
        "# TYPE seen_total counter",
        'seen_total{media_bridge_child="a.A"} 1.0',
        'seen_total{media_bridge_child="a.A#2",kind="}"} 2.0',
        "# TYPE other gauge",
        'other{media_bridge_child="a.A#2"} 3',
        "",
      ].join("\n"),
    );
  });
});
