import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliFolder, CliService } from "../../support/cli.ts";
import { findNginx } from "../../support/servers/has-nginx.ts";
import { startNginx } from "../../support/servers/nginx.ts";
import { checkLive, createGuardFolder, knowing } from "./live-check.ts";
import { StubSynapse } from "../support/stub-synapse.ts";

function replacing(what: string, by: string): (conf: string) => string {
  return (conf) => conf.replace(what, by);
}

describe.runIf(findNginx())("check --live through nginx", () => {
  let synapse: StubSynapse;
  let folder: CliFolder;
  let service: CliService;

  beforeAll(async () => {
    synapse = await StubSynapse.start();
    synapse.behave = knowing(synapse);
    folder = createGuardFolder(synapse);
    service = await folder.start();
  });
  afterAll(async () => {
    await folder.remove();
    await synapse.stop();
  });

  /** The check of the service behind the nginx of the example, in whose configuration something is changed. */
  async function checkBehind(change: (conf: string) => string): Promise<Awaited<ReturnType<typeof checkLive>>> {
    const nginx = await startNginx(service.port, synapse.port, "guard", change);
    try {
      return await checkLive(folder, "--public-url", nginx.url);
    } finally {
      await nginx.stop();
    }
  }

  // First and by itself: others send uploads to Synapse.
  test("finds nothing wrong with the set-up of the example", async () => {
    const { status, lines } = await checkBehind(String);
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([]);
    expect(lines.join("\n")).toContain("bodies are not buffered on the way, and max_upload_size gets through");
    expect(lines.join("\n")).toContain("the proxy tells the client's address");
    expect(status).toBe(0);
    expect(synapse.uploads).toEqual([]);
  });

  test.concurrent("says where uploads that go past the service are to be sent", async () => {
    const change = replacing("proxy_pass http://media_bridge;", "proxy_pass http://synapse;");
    const { status, lines } = await checkBehind(change);
    expect(status).toBe(1);
    const wrong = lines.filter((line) => line.startsWith("problem"));
    expect(wrong).toHaveLength(7);
    for (const line of wrong) expect(line).toMatch(/does not arrive here.* → .*examples\/guard\/nginx\.conf/);
    expect(synapse.stored).toEqual([]);
  });

  test.concurrent("finds one path that was forgotten", async () => {
    const change = replacing("(config$|create|upload)", "(config$|upload)");
    const { lines } = await checkBehind(change);
    const wrong = lines.filter((line) => line.startsWith("problem"));
    expect(wrong).toEqual([expect.stringMatching(/POST .*\/_matrix\/media\/v1\/create does not arrive here/)]);
  });

  test.concurrent("sees that a proxy buffers bodies, and what to set", async () => {
    const change = replacing("proxy_request_buffering off;", "");
    const { lines } = await checkBehind(change);
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([
      expect.stringMatching(/bodies are buffered.* → nginx: proxy_request_buffering off;/),
    ]);
  });

  test.concurrent("sees that a proxy refuses what the service would take", async () => {
    const change = replacing("client_max_body_size 0;", "client_max_body_size 1m;");
    const { lines } = await checkBehind(change);
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([
      expect.stringMatching(/max_upload_size \(52428800 bytes\).*413.* → nginx: client_max_body_size 0;/),
    ]);
  });
});
