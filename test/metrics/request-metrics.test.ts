import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGuard } from "../guard/support/guard-service.ts";
import { answers, type Behaviour } from "../guard/support/stub-synapse.ts";
import { findFreePort } from "../support/free-port.ts";
import { startTestService, type TestServiceOptions } from "../support/service.ts";
import { VERSION } from "../../src/version.ts";

const UPLOAD = "/_matrix/media/…/upload";

/** Takes the whole request, and ends the connection without an answer. */
const breakOff: Behaviour = (req) => void req.once("end", () => req.socket.destroy());

/** The value of each sample, by its name and labels. */
async function samplesOf(port: number): Promise<(name: string) => number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = new Map(
    text.split("\n").map((line): [string, number] => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end))];
    }),
  );
  return (name) => samples.get(name);
}

async function countedOptions(): Promise<{ port: number; options: TestServiceOptions }> {
  const port = await findFreePort();
  return { port, options: { mediaBridge: { metrics: { host: "127.0.0.1", port } } } };
}

test("Requests are counted by route and status, with their times, and what went over their connections", async () => {
  const { port, options } = await countedOptions();
  const service = await startTestService({
    ...options,
    config: { max_upload_size: 10_000, modules: [{ module: "doorman.Doorman", config: {} }] },
  });
  try {
    const before = await samplesOf(port);
    expect(before("media_bridge_http_received_bytes_total")).toBe(0);
    await service.upload("x".repeat(5000));
    await service.upload("x".repeat(5001));
    const refused = { method: "POST", body: "x".repeat(10_001), as: "alice" } as const;
    expect((await service.request("/_matrix/media/v3/upload", refused)).status).toBe(413);
    await service.log.waitFor(({ message, facts }) => message === "request" && facts["status"] === 413);
    const after = await samplesOf(port);
    expect(after(`media_bridge_http_requests_total{route="${UPLOAD}",status="200"}`)).toBe(2);
    expect(after(`media_bridge_http_requests_total{route="${UPLOAD}",status="413"}`)).toBe(1);
    const durations = `media_bridge_http_request_duration_seconds`;
    expect(after(`${durations}_count{route="${UPLOAD}"}`)).toBe(3);
    expect(after(`${durations}_bucket{le="+Inf",route="${UPLOAD}"}`)).toBe(3);
    expect(after(`${durations}_bucket{le="300",route="${UPLOAD}"}`)).toBe(3);
    expect(after(`${durations}_sum{route="${UPLOAD}"}`)).toBeGreaterThan(0);
    expect(after("media_bridge_http_received_bytes_total")).toBeGreaterThan(10_001);
    expect(after("media_bridge_http_sent_bytes_total")).toBeGreaterThan(500);
    // Two chains for each upload that got so far travel in one frame, and the spam check in another.
    expect(after('media_bridge_queue_wait_seconds_count{queue="python"}')).toBe(4);
    expect(after(`media_bridge_build_info{version="${VERSION}",node="${process.versions.node}"}`)).toBe(1);
    expect(after("process_open_fds")).toBeGreaterThan(0);
    expect(after("process_max_fds")).toBeGreaterThan(0);
  } finally {
    await service.stop();
  }
});

test("The times of Synapse and of whoami are counted, and the wait for a connection", async () => {
  const { port, options } = await countedOptions();
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-metrics-"));
  writeFileSync(join(folder, "admin-token"), "token-of-admin", { mode: 0o600 });
  const guard = await startGuard({ ...options, folder, asAdministrator: true });
  try {
    expect((await guard.upload("content")).status).toBe(200);
    for (const behave of [answers(500, {}), breakOff]) {
      guard.synapse.behave = (req, res, seen) => {
        if (seen.url.includes("/upload")) behave(req, res, seen);
        else guard.synapse.likeSynapse(req, res, seen);
      };
      expect((await guard.upload("content")).status).toBeGreaterThanOrEqual(500);
    }
    const after = await samplesOf(port);
    expect(after('media_bridge_upstream_duration_seconds_count{outcome="answered"}')).toBe(2);
    expect(after('media_bridge_upstream_duration_seconds_count{outcome="failed"}')).toBe(1);
    expect(after('media_bridge_queue_wait_seconds_count{queue="upstream"}')).toBe(3);
    expect(after('media_bridge_whoami_duration_seconds_count{outcome="answered"}')).toBe(1);
    expect(after('media_bridge_whoami_duration_seconds_count{outcome="failed"}')).toBe(0);
  } finally {
    await guard.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
