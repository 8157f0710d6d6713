import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { expectRefused, refuse } from "../refusals.ts";

/** The user nobody, where the tests run as root, whom no permission stops. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const python = { config: { modules: [{ module: "every.Every" }] } };

describe.concurrent("start refuses", () => {
  test("a port that is in use, and says which", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const folder = new CliFolder({ ...python, mediaBridge: { listen: { host: "127.0.0.1", port } } });
    const end = await folder.end(["start"]);
    taken.close();
    expectRefused(end);
    expect(end.stderr).toContain(`cannot listen on 127.0.0.1:${port}: it is in use by process ${process.pid} (`);
    expect(end.stderr).toContain("media_bridge.listen");
    expect(folder.processes()).toEqual([]);
  });

  test("a Unix socket that a file is in the way of, and leaves the file", async () => {
    const folder = new CliFolder({ mediaBridge: { listen: { path: "./socket" } } });
    folder.write("socket", "mine");
    expectRefused(await folder.end(["start"]));
    expect(readFileSync(join(folder.path, "socket"), "utf8")).toBe("mine");
  });

  test("a media folder without write permission", async () => {
    const folder = new CliFolder(python);
    const store = join(folder.path, "media");
    for (const [name, mode] of [["", 0o755], ["tokens.yaml", 0o644], ["media", 0o555], ["data", 0o777], ["tmp", 0o777]] as const) {
      if (name !== "" && !name.includes(".")) mkdirSync(join(folder.path, name), { recursive: true });
      chmodSync(join(folder.path, name), mode);
    }
    const end = await folder.end(["start"], NOBODY);
    expectRefused(end);
    expect(end.stderr).toContain(`The media store ${store} cannot be written`);
    await vi.waitFor(() => expect(folder.processes()).toEqual([]));
  }); // prettier-ignore

  test("a tokens file that is missing, or malformed, without showing a token", async () => {
    const missing = new CliFolder({ mediaBridge: { tokens_file: "./nowhere.yaml" } });
    expect(await refuse(missing, ["check"])).toContain("nowhere.yaml");
    const malformed = new CliFolder(python);
    malformed.write("tokens.yaml", "token-of-alice: {user_id: alice}\n");
    const message = await refuse(malformed, ["start"]);
    expect(message).toMatch(/tokens\.yaml:1: entry 1: user_id: expected a user id .*, found text/);
  });

  test("a database that is newer than it, or none, and leaves it as it is", async () => {
    const folder = new CliFolder(python);
    mkdirSync(join(folder.path, "data"));
    const path = join(folder.path, "data", "media.db");
    const newer = new Database(path);
    newer.exec("create table media_bridge_schema (version integer not null)");
    newer.exec("insert into media_bridge_schema values (9999)");
    newer.close();
    const end = await folder.end(["start"]);
    expectRefused(end);
    expect(end.stderr).toContain(`${path} has schema version 9999`);
    writeFileSync(path, "this is not a database, but it is long enough to be looked at as if it were one".repeat(20));
    const other = await folder.end(["start"]);
    expectRefused(other);
    expect(other.stderr).toContain(path);
    expect(folder.processes()).toEqual([]);
  });
});

describe.concurrent("a running service", () => {
  test("ends with status 0 on SIGTERM and SIGINT, and leaves nothing running", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const folder = new CliFolder(python);
      const service = await folder.start();
      // The service, its child, and the child's orphan reaper.
      expect(folder.processes()).toHaveLength(3);
      service.kill(signal);
      const { status, stderr } = await service.ended;
      expect([status, stderr]).toEqual([0, ""]);
      expect(folder.processes()).toEqual([]);
    }
  });

  test("A service that is asked for a reload while it starts does not end, and reloads once it is ready", async () => {
    const folder = new CliFolder({ config: { modules: [{ typescript: "./asks.ts" }] } });
    folder.write(
      "asks.ts",
      `
import { existsSync, writeFileSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "asks",
  setup() {
    if (existsSync("asked")) return;
    writeFileSync("asked", "");
    process.kill(process.pid, "SIGHUP");
  },
});
`,
    );
    const service = await folder.start();
    await service.logged("reloaded: the new configuration and its modules now serve requests");
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(0);
  });

  test("continues, and ends in order, when its log is no longer read", async () => {
    const folder = new CliFolder(python);
    const service = await folder.start();
    service.stopReadingLog();
    for (let turn = 0; turn < 100; turn += 1) expect((await service.request("/health")).status).toBe(200);
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(0);
    expect(folder.processes()).toEqual([]);
  });

  test("takes its child with it when it is killed", async () => {
    const folder = new CliFolder(python);
    const service = await folder.start();
    service.kill("SIGKILL");
    await service.ended;
    await vi.waitFor(() => expect(folder.processes()).toEqual([]), { timeout: 10_000, interval: 20 });
  });

  test("listens on a Unix socket, takes over one that was left behind, and removes it at its end", async () => {
    const folder = new CliFolder({ mediaBridge: { listen: { path: "./socket" } } });
    const socket = join(folder.path, "socket");
    const killed = await folder.start();
    killed.kill("SIGKILL");
    await killed.ended;
    expect(existsSync(socket)).toBe(true);
    const service = await folder.start();
    const asked = request({ socketPath: socket, path: "/health" }).end();
    const [response] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  test("is the only one of two that are started at the same moment on one data path", async () => {
    const folder = new CliFolder();
    const starts = await Promise.allSettled([folder.start(), folder.start()]);
    const refused = starts.flatMap((start) => (start.status === "rejected" ? [String(start.reason)] : []));
    expect(refused).toEqual([expect.stringContaining("belongs to a running service")]);
    const [service] = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    expect((await service?.upload("a"))?.status).toBe(200);
  });

  test("is not taken for one that is there by the number of a process, which a killed one left and another has now", async () => {
    const folder = new CliFolder();
    mkdirSync(join(folder.path, "data", "control"), { recursive: true });
    writeFileSync(join(folder.path, "data", "control", "service.pid"), `${process.pid}\n`);
    const service = await folder.start();
    expect((await service.upload("a")).status).toBe(200);
    expect(readFileSync(join(folder.path, "data", "control", "service.pid"), "utf8")).toBe(`${service.pid}\n`);
  });

  test("is not harmed by a second one on the same configuration, which is refused", async () => {
    const folder = new CliFolder(python);
    const service = await folder.start();
    const uploading = startUpload(service, 4_000_000);
    await vi.waitFor(() => expect(folder.files().some((file) => /uploads\//.test(file))).toBe(true), {
      timeout: 5_000,
    });
    const config = JSON.parse(readFileSync(folder.config, "utf8")) as { media_bridge: { listen: { port: number } } };
    config.media_bridge.listen.port = service.port;
    writeFileSync(folder.config, JSON.stringify(config));
    const second = await folder.end(["start"]);
    expectRefused(second);
    expect(second.stderr).toContain("each needs a media_bridge.data_path of its own");
    expect(second.stderr).toContain(
      `belongs to a running service (process ${service.pid}): stop it (kill ${service.pid})`,
    );
    expect(await uploading.finish()).toBe(200);
    expect((await service.upload("another")).status).toBe(200);
    expect(folder.processes()).toHaveLength(3);
  });
});

/** An upload of which the first half is on its way, and the second comes when it is told to finish. */
function startUpload({ port }: CliService, sizeBytes: number) {
  const sent = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/_matrix/media/v3/upload",
    headers: { Authorization: "Bearer token-of-alice", "Content-Length": sizeBytes },
  });
  const answered = once(sent, "response") as Promise<[{ statusCode: number; resume(): void }]>;
  sent.write(Buffer.alloc(sizeBytes / 2));
  return {
    async finish(): Promise<number> {
      sent.end(Buffer.alloc(sizeBytes / 2));
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
}
