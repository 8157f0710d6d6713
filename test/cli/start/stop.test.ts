import { once } from "node:events";
import { rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";

const STOPPING = { errcode: "M_UNKNOWN", error: "The service is stopping, try again later" };
const SIZE = 1_000_000;

/** A service whose module keeps configs and files waiting while `hold` is there. */
function createFolder(shutdownGrace: string | number): CliFolder {
  const folder = new CliFolder({
    config: { modules: [{ module: "crowded.Crowded", config: { hold: "hold", asked: "asked" } }] },
    mediaBridge: { shutdown_grace: shutdownGrace },
  });
  folder.write("hold", "");
  return folder;
}

/** An upload of which the first half has been taken in. */
async function startUpload(folder: CliFolder, { port }: CliService) {
  const sent = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/_matrix/media/v3/upload",
    headers: { Authorization: "Bearer token-of-alice", "Content-Length": SIZE },
  });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.write(Buffer.alloc(SIZE / 2));
  await vi.waitFor(() => expect(folder.files().some((file) => file.startsWith("data/uploads/"))).toBe(true), 10_000);
  return {
    sendRest: () => void sent.end(Buffer.alloc(SIZE / 2)),
    leave: () => void sent.destroy(),
    async answer(): Promise<{ status: number | undefined; body: unknown }> {
      const [response] = await answered;
      const chunks: Buffer[] = await response.toArray();
      return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
    },
    /** The client does not care for the answer. */
    ignore: () => void answered.catch(() => undefined),
  };
}

function stored(folder: CliFolder): string[] {
  return folder.files().filter((file) => /^(?:media|data\/uploads)\//.test(file));
}

describe.concurrent("a service that is told to stop", () => {
  test("does not wait for a reload that gets nowhere", async () => {
    const folder = new CliFolder({
      config: { modules: [{ module: "every.Every" }, { typescript: "./stuck.ts" }] },
      mediaBridge: { shutdown_grace: 1000 },
    });
    folder.write(
      "stuck.ts",
      `
import { existsSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "stuck",
  setup(api) {
    if (!existsSync("stuck")) return;
    api.log.info({}, "this setup never ends");
    return new Promise(() => undefined);
  },
});
`,
    );
    const service = await folder.start();
    folder.write("stuck", "");
    service.kill("SIGHUP");
    await service.logged("this setup never ends");
    service.kill("SIGTERM");
    const { status, stderr } = await service.ended;
    expect([status, stderr]).toEqual([0, ""]);
    await vi.waitFor(() => expect(folder.processes()).toEqual([]), { timeout: 10_000, interval: 20 });
  });

  test("says so on /health at once, refuses what is new, and finishes the upload that is under way", async () => {
    const folder = createFolder("60s");
    rmSync(join(folder.path, "hold"));
    const service = await folder.start();
    const upload = await startUpload(folder, service);
    service.kill("SIGTERM");
    await service.logged("stopping");
    const health = await service.request("/health");
    expect([health.status, await health.text()]).toEqual([503, "the service is stopping"]);
    const refused = await service.upload("new");
    expect([refused.status, await refused.json()]).toEqual([503, STOPPING]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    upload.sendRest();
    expect((await upload.answer()).status).toBe(200);
    const { status, stderr } = await service.ended;
    expect([status, stderr]).toEqual([0, ""]);
    expect(stored(folder)).toHaveLength(1);
    expect(folder.processes()).toEqual([]);
  });

  test("finishes an upload that has arrived, though its client has left", async () => {
    const folder = createFolder("60s");
    const service = await folder.start();
    const upload = await startUpload(folder, service);
    upload.ignore();
    upload.sendRest();
    await vi.waitFor(() => expect(folder.files()).toContain("asked"), 10_000);
    upload.leave();
    await service.logged('"aborted":true');
    service.kill("SIGTERM");
    await service.logged("stopping");
    rmSync(join(folder.path, "hold"));
    expect((await service.ended).status).toBe(0);
    expect(stored(folder)).toHaveLength(1);
  });

  test("refuses an upload that takes longer than the grace, leaves nothing of it, and says so by its status", async () => {
    const folder = createFolder(300);
    const service = await folder.start();
    const upload = await startUpload(folder, service);
    service.kill("SIGTERM");
    expect(await upload.answer()).toEqual({ status: 503, body: STOPPING });
    await service.logged("requests that are still under way are cut short", '"cut":1');
    expect((await service.ended).status).toBe(3);
    expect(stored(folder)).toEqual([]);
    expect(folder.processes()).toEqual([]);
  });

  test("answers 503 to clients that wait for a module past the grace, and keeps nothing of their files", async () => {
    const folder = createFolder(300);
    const service = await folder.start();
    const upload = await startUpload(folder, service);
    upload.sendRest();
    const config = service.request("/_matrix/client/v1/media/config");
    await service.logged("ready");
    await vi.waitFor(() => expect(folder.files()).toContain("asked"), 10_000);
    service.kill("SIGTERM");
    expect((await config).status).toBe(503);
    expect((await upload.answer()).status).toBe(503);
    expect((await service.ended).status).toBe(3);
    expect(stored(folder)).toEqual([]);
    expect(folder.processes()).toEqual([]);
  });

  test("ends at once when it is told a second time", async () => {
    const folder = createFolder("1h");
    const service = await folder.start();
    const upload = await startUpload(folder, service);
    upload.ignore();
    service.kill("SIGTERM");
    await service.logged("stopping");
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(128 + 15);
    await vi.waitFor(() => expect(folder.processes()).toEqual([]), 5_000);
  });
});
