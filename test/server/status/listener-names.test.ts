import { request } from "node:http";
import { expect, test } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { startTestService } from "../../support/service.ts";
import { startDoormen } from "./doormen.ts";

/** The status of an answer under a name. */
function askAs(host: string, port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers: { Host: host } }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    })
      .on("error", reject)
      .end();
  });
}

test("Prometheus reads /metrics under any name, and the status is shown under the listener's own names alone", async () => {
  const { service, port } = await startDoormen();
  const ask = (path: string, host: string) => askAs(host, port, path);
  try {
    expect(await ask("/metrics", "prometheus.example")).toBe(200);
    expect(await ask("/status.json", "prometheus.example")).toBe(421);
    expect(await ask("/", `localhost:${port}`)).toBe(200);
    expect(await ask("/elsewhere", `localhost:${port}`)).toBe(404);
  } finally {
    await service.stop();
  }
});

test("A name of media_bridge.metrics.hosts asks for the status", async () => {
  const port = await findFreePort();
  const service = await startTestService({
    mediaBridge: { metrics: { host: "127.0.0.1", port, hosts: ["Status.Example.org"] } },
  });
  try {
    expect(await askAs("status.example.org", port, "/")).toBe(200);
  } finally {
    await service.stop();
  }
});
