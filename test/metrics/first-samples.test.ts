import { join } from "node:path";
import { expect, test } from "vitest";
import { scriptProvider, startProviderService } from "../providers/provider-service.ts";
import { findFreePort } from "../support/free-port.ts";
import { FIXTURE_MODULES, type TestService } from "../support/service.ts";

const MODULES = [
  { module: "residents.First", config: {} },
  { typescript: join(FIXTURE_MODULES, "counting.ts"), config: {} },
];
const PROVIDER = "scripted_provider.Scripted";

/** Every sample of the service's own, by its name and labels. */
async function samplesOf(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("media_bridge_"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

/** How many durations were observed, for each of their labels. */
function durationsOf(samples: ReadonlyMap<string, number>): [name: string, count: number][] {
  return [...samples].filter(([name]) => /(callback|provider)_duration_seconds_count/.test(name));
}

async function start(port: number, isSynchronous: boolean): Promise<TestService> {
  return startProviderService([scriptProvider().entry({ store_synchronous: isSynchronous })], {
    config: { modules: MODULES },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
}

test("Every metric whose labels are known has its samples at 0 before anything happens", async () => {
  const port = await findFreePort();
  await start(port, false);
  const samples = await samplesOf(port);
  const config = 'callback="get_media_config_for_user",module="counting"';
  const zero = [
    "media_bridge_uploads_total",
    "media_bridge_upload_bytes_total",
    'media_bridge_uploads_refused_total{reason="module"}',
    'media_bridge_uploads_refused_total{reason="LIMIT_EXCEEDED"}',
    ...["continue", "stop", "error", "timeout", "unavailable", "busy"].map(
      (outcome) => `media_bridge_callbacks_total{${config},outcome="${outcome}"}`,
    ),
    `media_bridge_callback_duration_seconds_count{${config}}`,
    `media_bridge_callbacks_late_total{${config}}`,
    ...["stored", "failed", "timeout", "unavailable"].map(
      (outcome) =>
        `media_bridge_storage_provider_calls_total{provider="${PROVIDER}",call="store",outcome="${outcome}"}`,
    ),
    ...["found", "absent", "failed", "timeout"].map(
      (outcome) =>
        `media_bridge_storage_provider_calls_total{provider="${PROVIDER}",call="fetch",outcome="${outcome}"}`,
    ),
    `media_bridge_storage_provider_duration_seconds_count{provider="${PROVIDER}",call="store"}`,
    `media_bridge_storage_provider_pending_files{provider="${PROVIDER}"}`,
    'media_bridge_python_restarts{child="shared"}',
  ];
  expect(Object.fromEntries(zero.map((name) => [name, samples.get(name)]))).toEqual(
    Object.fromEntries(zero.map((name) => [name, 0])),
  );
  const blocked = [...samples].filter(([name]) => name.startsWith("media_bridge_blocked_callbacks_total{"));
  expect(blocked.length).toBeGreaterThan(0);
  for (const [name, value] of blocked) expect([name, value]).toEqual([expect.stringContaining("residents"), 0]);
});

test("What has been counted stays counted over a reload", async () => {
  const port = await findFreePort();
  const service = await start(port, true);
  expect((await service.request("/_matrix/client/v1/media/config", { as: "alice" })).status).toBe(200);
  await service.upload("content");
  const before = durationsOf(await samplesOf(port));
  expect(before.some(([, count]) => count > 0)).toBe(true);
  await service.reload(MODULES);
  expect(durationsOf(await samplesOf(port))).toEqual(before);
});
