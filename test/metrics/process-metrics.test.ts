import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createPrometheusMetrics } from "../../src/metrics/prometheus.ts";
import { captureLog } from "../support/captured-log.ts";

test("Each service in a process shows the metrics of the process, once", async () => {
  const services = [createPrometheusMetrics(captureLog()), createPrometheusMetrics(captureLog())];
  for (const { exposition } of services) {
    const text = await exposition.render();
    expect(text.match(/^process_cpu_seconds_total /gm)).toHaveLength(1);
    expect(text.match(/^nodejs_eventloop_lag_seconds /gm)).toHaveLength(1);
    expect(text.match(/^media_bridge_uploads_total /gm)).toHaveLength(1);
  }
});

test("A service that has ended leaves none of its metrics in memory", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const left = Array.from({ length: 3 }, () => new WeakRef(createPrometheusMetrics(captureLog()).registry));
  await setImmediate();
  collect();
  expect(left.filter((one) => one.deref() !== undefined)).toHaveLength(0);
});
