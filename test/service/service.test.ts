import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startService, StartError, type Service } from "synapse-media-bridge/service";
import { expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";
import { writeConfig } from "../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
/** Answers how often it was asked, in a variable of its file. */
const COUNTER = `
import { defineModule } from "synapse-media-bridge";

let asked = 0;

export default defineModule({
  name: "counter",
  setup(api, config: { word: string }) {
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ word: config.word, asked: (asked += 1) }) });
  },
});
`;

test("A service in a program listens on its address, serves, logs where it is told, and stops", async () => {
  const { config, path } = writeService("hello");
  const log = captureLog();
  const service = await startService({ config, log });
  expect(service.address).toEqual({ host: "127.0.0.1", port: expect.any(Number) });
  expect(service.isReady()).toBe(true);
  expect(await ask(service)).toEqual({ word: "hello", asked: 1 });
  await log.waitFor(({ message }) => message === "request");
  expect(await service.stop()).toBe(0);
  expect(await service.stop()).toBe(0);
  expect(service.isReady()).toBe(false);
  await expect(fetch(service.url ?? "")).rejects.toThrow("fetch failed");
  expect(readdirSync(join(path, "data/control"))).toEqual(["service.lock"]);
});

test("A service in a program adds no handler of signals or of errors to the process", async () => {
  const events = ["SIGTERM", "SIGINT", "SIGHUP", "unhandledRejection", "uncaughtException", "beforeExit"];
  const count = () => events.map((event) => process.listenerCount(event));
  const before = count();
  const service = await start(writeService("hello", { python: true }).config);
  expect(count()).toEqual(before);
  await service.stop();
  expect(count()).toEqual(before);
});

test("A reload in a program swaps the configuration in, and one that fails changes nothing", async () => {
  const folder = writeService("before");
  const service = await start(folder.config);
  writeService("after", { path: folder.path });
  await service.reload();
  expect(await ask(service)).toEqual({ word: "after", asked: 1 });
  writeFileSync(folder.config, "server_name: example.test\nmedia_bridge: {}\n");
  await expect(service.reload()).rejects.toThrow(StartError);
  expect(await ask(service)).toEqual({ word: "after", asked: 2 });
});

test("Services in one process share nothing: each reads its modules' files for itself", async () => {
  const path = createTemporaryFolder();
  const first = await start(writeService("first", { path }).config);
  const second = await start(writeService("second", { path, data: "./other-data" }).config);
  expect([await ask(first), await ask(second)]).toEqual([
    { word: "first", asked: 1 },
    { word: "second", asked: 1 },
  ]);
  await first.stop();
  expect(await ask(second)).toEqual({ word: "second", asked: 2 });
});

test.each([
  { place: "short", data: "./data" },
  { place: "too long for a control socket", data: `./${"d".repeat(120)}` },
])(
  "A second service on the same data path is refused, where the path is $place, until the first has stopped",
  async ({ data }) => {
    const { config } = writeService("hello", { data });
    const first = await start(config);
    await expect(startService({ config, log: captureLog() })).rejects.toMatchObject({
      code: "LISTEN",
      message: expect.stringContaining("each needs a media_bridge.data_path of its own"),
    });
    await first.stop();
    expect(await ask(await start(config))).toEqual({ word: "hello", asked: 1 });
  },
);

test("A start that fails rejects with what the command line would print, and leaves the data path free", async () => {
  const { config, path } = writeService("hello");
  writeFileSync(join(path, "counter.ts"), "export default {};\n");
  await expect(startService({ config, log: captureLog() })).rejects.toMatchObject({
    code: "MODULE",
    message: expect.stringContaining("its default export is not what defineModule() returns"),
  });
  writeFileSync(join(path, "counter.ts"), COUNTER);
  expect(await ask(await start(config))).toMatchObject({ word: "hello" });
});

async function start(config: string): Promise<Service> {
  const service = await startService({ config, log: captureLog() });
  onTestFinished(() => void service.stop());
  return service;
}

function writeService(word: string, options: { path?: string; data?: string; python?: boolean } = {}) {
  const { path = createTemporaryFolder(), data = "./data", python = false } = options;
  writeFileSync(join(path, "counter.ts"), COUNTER);
  const modules = [
    { typescript: "./counter.ts", config: { word } },
    ...(python ? [{ module: "by_size.BySize", config: { limits: [] } }] : []),
  ];
  const config = writeConfig(path, join(path, "media"), { config: { modules }, mediaBridge: { data_path: data } });
  return { path, config };
}

async function ask(service: Service): Promise<unknown> {
  const response = await fetch(`${service.url}${CONFIG}`, { headers: { Authorization: "Bearer token-of-alice" } });
  return response.json();
}
