import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listenForMetrics } from "../../src/metrics/listener.ts";
import { createPrometheusMetrics } from "../../src/metrics/prometheus.ts";
import { captureLog } from "../support/captured-log.ts";

test("A flood of scrapes is answered, and costs few renderings; a scrape after it sees what happened since", async () => {
  const { metrics, exposition } = createPrometheusMetrics(captureLog());
  let renderings = 0;
  const render = (): Promise<string> => {
    renderings += 1;
    return exposition.render();
  };
  const { contentType } = exposition;
  const server = await listenForMetrics({ contentType, render }, { host: "127.0.0.1", port: 0 }, (_, response) =>
    response.writeHead(404).end(),
  );
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const scrape = async (): Promise<string> => (await fetch(url)).text();
  const texts = await Promise.all(Array.from({ length: 600 }, scrape));
  expect(texts.filter((text) => text.includes("media_bridge_uploads_total 0"))).toHaveLength(600);
  // A burst, and ten a second: 600 requests take far less than half a minute.
  expect(renderings).toBeLessThan(300);
  metrics.uploadStored(5);
  let text = await scrape();
  while (text.includes("media_bridge_uploads_total 0")) text = await scrape();
  expect(text).toContain("media_bridge_uploads_total 1");
});
