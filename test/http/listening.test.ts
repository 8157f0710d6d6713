import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { listenOnSocket } from "../../src/util/sockets/private-socket.ts";
import { startTestService } from "../support/service.ts";
import { portOf } from "./support/bodies.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { startServiceProcess } from "./support/service-process.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  path = join(folder, "bridge.sock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (listen: object) => startTestService({ folder, mediaBridge: { listen } });
const health = { method: "GET", target: "/health" };

describe("a service that listens on a Unix socket", () => {
  test.each([
    ["660", "without listen.mode", undefined],
    ["600", 'where listen.mode is "0600"', "0600"],
    ["666", 'where listen.mode is "666"', "666"],
  ])("answers on one of mode %s %s, and takes the socket away when it stops", async (expected, _, mode) => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    const service = await start({ path: "./bridge.sock", ...(mode !== undefined && { mode }) });
    expect((await RawConnection.ask(path, health)).status).toBe(200);
    expect((statSync(path).mode & 0o777).toString(8)).toBe(expected);
    await service.stop();
    expect(existsSync(path)).toBe(false);
  });

  test("lets no other user connect before the socket has its mode", async () => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    const server = createServer();
    await new Promise<void>((resolve) => {
      listenOnSocket(server, { path }, { mode: 0o666, listening: resolve });
      expect(statSync(path).mode & 0o077).toBe(0);
      expect(process.umask(0)).toBe(0);
    });
    expect(statSync(path).mode & 0o777).toBe(0o666);
    server.close();
  });

  test("takes the place of one that was killed and left its socket behind", async () => {
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(path)).toBe(true);
    const service = await start({ path: "./bridge.sock" });
    expect((await RawConnection.ask(path, health)).status).toBe(200);
    await service.stop();
  });

  test("refuses to start where another one answers, and leaves that one alone", async () => {
    const other = await listening(createServer(), path);
    await expect(start({ path: "./bridge.sock" })).rejects.toMatchObject({
      name: "StartError",
      code: "LISTEN",
      message: expect.stringContaining(path) as unknown,
    });
    expect(existsSync(path)).toBe(true);
    other.close();
  });

  test("refuses to start where a file is, and leaves the file alone", async () => {
    writeFileSync(path, "precious");
    await expect(start({ path: "./bridge.sock" })).rejects.toMatchObject({ name: "StartError", code: "LISTEN" });
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test("names the folder that does not exist", async () => {
    const failure = {
      name: "StartError",
      code: "LISTEN",
      message: expect.stringContaining("missing/bridge.sock") as unknown,
    };
    await expect(start({ path: "./missing/bridge.sock" })).rejects.toMatchObject(failure);
  });
});

const RUSH = 1000;
const MOST_WAITING = Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8"));

test.skipIf(MOST_WAITING < RUSH)(
  "A rush of 1,000 connections waits for a service that is busy: none is turned away",
  async () => {
    const config = join(folder, "media-bridge.yaml");
    const mediaBridge = { listen: { host: "127.0.0.1", port: 0 }, tokens_file: "./tokens.yaml", data_path: "." };
    writeFileSync(join(folder, "tokens.yaml"), "{}", { mode: 0o600 });
    writeFileSync(config, JSON.stringify({ server_name: "test", media_store_path: folder, media_bridge: mediaBridge }));
    const service = await startServiceProcess(config);
    // So busy that it accepts nothing.
    process.kill(service.pid, "SIGSTOP");
    const sockets = Array.from({ length: RUSH }, () => connect(service.port, "127.0.0.1"));
    try {
      const connected = await Promise.all(sockets.map((socket) => once(socket, "connect")));
      expect(connected).toHaveLength(RUSH);
    } finally {
      process.kill(service.pid, "SIGCONT");
      for (const socket of sockets) socket.destroy();
      await service.stop();
    }
  },
);

describe("a port in use", () => {
  test("ends the start with a message that names it and the setting, and leaves nothing running", async () => {
    const other = await listening(createServer(), 0);
    const port = portOf(other);
    const attempt = start({ host: "127.0.0.1", port });
    await expect(attempt).rejects.toMatchObject({ name: "StartError", code: "LISTEN" });
    await expect(attempt).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1:${port}.*in use.*media_bridge\\.listen`));
    const service = await start({ host: "127.0.0.1", port: 0 });
    await service.stop();
    other.close();
  });

  test("The error of a metrics port in use says that it is the port of the metrics", async () => {
    const other = await listening(createServer(), 0);
    const port = portOf(other);
    // A TypeScript module waits for the metrics.
    writeFileSync(
      join(folder, "waits.ts"),
      'import { defineModule } from "synapse-media-bridge"; export default defineModule({ name: "waits", setup() {} });',
    );
    for (const modules of [[], [{ typescript: join(folder, "waits.ts") }]]) {
      const attempt = startTestService({ folder, config: { modules }, mediaBridge: { metrics: { port } } });
      await expect(attempt).rejects.toThrow(/media_bridge\.metrics: cannot listen on/);
    }
    other.close();
  });
});

async function listening(server: Server, where: string | number): Promise<Server> {
  if (typeof where === "string") server.listen(where);
  else server.listen(where, "127.0.0.1");
  await once(server, "listening");
  return server;
}
