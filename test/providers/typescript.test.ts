import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { localPath, PROVIDERS } from "../support/providers.ts";
import { startTestService, type TestService } from "../support/service.ts";

const SCRIPTED = join(PROVIDERS, "scripted-provider.ts");

let folder: string;
let service: TestService | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-provider-"));
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function entry(options: object = {}): object {
  return { typescript: SCRIPTED, store_local: true, store_synchronous: true, config: { folder }, ...options };
}

/** A provider that answers must not meet its deadline, however busy the machine is. */
const PATIENT = { store_deadline: "60s", fetch_deadline: "60s" };

async function start(entries: readonly object[], mediaBridge: object = {}): Promise<TestService> {
  return (service = await startTestService({
    pythonPath: [PROVIDERS],
    config: { media_storage_providers: entries },
    mediaBridge: { storage_providers: PATIENT, ...mediaBridge },
  }));
}

function behave(behaviour: string): void {
  writeFileSync(join(folder, "behaviour"), behaviour);
}

function notes(): string[] {
  const path = join(folder, "notes");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

async function storeAndClear(started: TestService): Promise<string> {
  const mediaId = await started.upload("hello");
  rmSync(join(started.folder, "media", localPath(mediaId)));
  return mediaId;
}

function download(started: TestService, mediaId: string): Promise<Response> {
  return started.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
}

describe("A storage provider in TypeScript", () => {
  test("gets the path and the identity of a file before its upload is answered, and gives the file back", async () => {
    const started = await start([entry()]);
    const mediaId = await storeAndClear(started);
    expect(notes()).toEqual([`store ${localPath(mediaId)} ${mediaId}`]);
    expect(await (await download(started, mediaId)).text()).toBe("hello");
    expect(started.files()).toHaveProperty(localPath(mediaId), 5);
  });

  test.each([
    ["store fails", 500, { errcode: "M_UNKNOWN", error: "Internal server error" }],
    ["store refuses", 507, { errcode: "M_TOO_LARGE", error: "The bucket is full" }],
    ["store hangs", 503, { errcode: "M_UNKNOWN" }],
  ])("refuses a synchronous upload where %s, and nothing is left of it", async (behaviour, status, body) => {
    const hangs = behaviour === "store hangs";
    const started = await start([entry()], { storage_providers: { store_deadline: hangs ? 200 : "60s" } });
    behave(behaviour);
    const answer = await started.request("/_matrix/media/v3/upload", { method: "POST", as: "alice", body: "hello" });
    expect([answer.status, await answer.json()]).toMatchObject([status, body]);
    expect(started.files()).toEqual({});
    await started.log.waitFor(({ facts }) => facts["provider"] === "scripted");
    const aborted = hangs ? ["store aborted: no answer within 200 ms"] : [];
    expect(notes().slice(1)).toEqual(aborted);
  });

  test.each([
    "fetch hangs",
    "fetch hangs in the middle",
    "fetch fails",
    "fetch gives text",
    "fetch gives pieces of text",
    "fetch gives too much",
    "fetch gives empty pieces without end",
  ])("leaves open whether it has a file, answered 503, where %s; the next one gives it", async (behaviour) => {
    const hangs = /hangs|without end/.test(behaviour);
    const started = await start([entry()], {
      storage_providers: { ...PATIENT, ...(hangs && { fetch_deadline: 2_000 }) },
    });
    const mediaId = await storeAndClear(started);
    behave(behaviour);
    expect((await download(started, mediaId)).status).toBe(503);
    await started.log.waitFor(({ message }) => message === "the storage provider scripted could not fetch a file");
    const aborted = hangs ? ["fetch aborted: no answer within 2000 ms"] : [];
    expect(notes().slice(1)).toEqual(aborted);
    expect(started.files()).toEqual({});
    behave("");
    expect(await (await download(started, mediaId)).text()).toBe("hello");
  });

  test.each(["fetch says 404", "fetch has nothing"])(
    "does not have a file where %s, answered 404",
    async (behaviour) => {
      const started = await start([entry()]);
      const mediaId = await storeAndClear(started);
      behave(behaviour);
      expect((await download(started, mediaId)).status).toBe(404);
      expect(started.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    },
  );

  test("is asked in its turn beside Python's, and a file that it lost comes from the one behind it", async () => {
    const backup = join(folder, "backup");
    const python = { module: "file_system", store_local: true, store_synchronous: true, config: { directory: backup } };
    mkdirSync(backup);
    const started = await start([entry(), python]);
    const mediaId = await storeAndClear(started);
    behave("fetch fails");
    expect(await (await download(started, mediaId)).text()).toBe("hello");
    await started.log.waitFor(({ message }) => message === "the storage provider scripted could not fetch a file");
  });

  test("stores in the background, again after a failure, under a name of its own for each entry", async () => {
    const started = await start([entry({ store_synchronous: false }), entry({ store_synchronous: false })]);
    behave("store fails");
    const mediaId = await started.upload("hello");
    for (const provider of ["scripted", "scripted#2"]) {
      await started.log.waitFor(({ facts }) => facts["provider"] === provider && facts["attempts"] === 1);
    }
    behave("");
    const stored = `store ${localPath(mediaId)} ${mediaId}`;
    await vi.waitFor(() => expect(notes().filter((note) => note === stored)).toHaveLength(4), { timeout: 10_000 });
  });

  test("has a name of its own beside a Python provider of its name that comes later", async () => {
    const [backup, file, name] = [
      join(folder, "backup"),
      join(folder, "one-name.ts"),
      "synapse.media.storage_provider.FileStorageProviderBackend",
    ];
    mkdirSync(backup);
    const failing = 'api.registerStorageProvider({ storeFile() { throw new Error("no room"); }, fetch() {} });';
    writeFileSync(file, MODULE(failing, name));
    const python = { module: "file_system", store_local: true, config: { directory: backup } };
    const started = await start([entry({ typescript: file, config: {}, store_synchronous: false }), python]);
    await started.upload("hello");
    const { facts } = await started.log.waitFor(({ message }) => message.endsWith("could not store a file"));
    expect(facts["provider"]).toBe(`${name}#2`);
  });

  test("sees its signal aborted when the service stops, and is asked again at the next start", async () => {
    const started = await start([entry({ store_synchronous: false })], {
      storage_providers: { store_deadline: "10m" },
    });
    behave("store hangs");
    await started.upload("hello");
    await vi.waitFor(() => expect(notes()).toHaveLength(1), { timeout: 10_000 });
    service = undefined;
    await started.stop();
    expect(notes()[1]).toBe("store aborted: the service stops");
  });
});

const MODULE = (setup: string, name = "it") =>
  `import { defineModule } from "synapse-media-bridge"; export default defineModule({ name: "${name}", setup(api) { ${setup} } });`;
const provider = "{ storeFile() {}, fetch() {} }";

test.each([
  ["registers none", "", /media_storage_providers\[0\] \(typescript: .*\) registers no storage provider/],
  [
    "registers two",
    `api.registerStorageProvider(${provider}); api.registerStorageProvider(${provider});`,
    /registers one provider, not two/,
  ],
  ["registers one without fetch", "api.registerStorageProvider({ storeFile() {} });", /without the method fetch/],
])("An entry of media_storage_providers that %s ends the start", async (_what, setup, message) => {
  const file = join(folder, "it.ts");
  writeFileSync(file, MODULE(setup));
  await expect(start([{ typescript: file }])).rejects.toThrow(message);
});

test("A module of `modules` that registers a storage provider ends the start, which names the right key", async () => {
  const file = join(folder, "it.ts");
  writeFileSync(file, MODULE(`api.registerStorageProvider(${provider});`));
  await expect(start([], { modules: [{ typescript: file }] })).rejects.toThrow(
    /module 1 .*name its file in media_storage_providers/,
  );
});

test.each([[{ store_local: true }], [{ module: "a.B", typescript: "./it.ts" }]])(
  "An entry of media_storage_providers has a module or a typescript, not none and not both (%j)",
  async (wrong) => {
    await expect(start([wrong])).rejects.toThrow(
      /media_storage_providers\[0\]: expected a mapping with either module or typescript/,
    );
  },
);
