import { renameSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { askControl } from "../../../src/control/control-client.ts";
import { controlSocketPath } from "../../../src/control/control-socket.ts";
import { VERSION } from "../../../src/version.ts";
import { ScriptedService } from "../../callbacks/scripted-service.ts";
import { startGuard } from "../../guard/support/guard-service.ts";
import { StubSynapse } from "../../guard/support/stub-synapse.ts";
import { scriptProvider, startProviderService } from "../../providers/provider-service.ts";
import { findFreePort } from "../../support/free-port.ts";
import { FIXTURE_MODULES, startTestService } from "../../support/service.ts";
import { readStatus, slotsOf, startDoormen } from "./doormen.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const CONFIG = "get_media_config_for_user";
const UPLOAD = "/_matrix/media/v3/upload";

test("The status counts what each callback did, in both languages, with times, and shows who was refused without names", async () => {
  const { service, port } = await startDoormen();
  try {
    await service.upload("fine");
    // Python: no, failed, refused in its own words; TypeScript: no, failed; and the configuration.
    for (const size of [111, 112, 113, 211, 212, 5001]) {
      const sent = { method: "POST", body: "x".repeat(size), as: size === 113 ? "bob" : "alice" } as const;
      expect((await service.request(`${UPLOAD}?filename=s3cr3t.txt`, sent)).status).toBeGreaterThanOrEqual(400);
    }
    await service.log.waitFor(({ message, facts }) => message === "request" && facts["declaredBytes"] === 5001);
    const status = await readStatus(port);
    expect(status).toMatchObject({
      version: VERSION,
      pid: process.pid,
      serverName: "example.test",
      mode: "repository",
      problem: null,
      uploads: { stored: 1, storedBytes: 4, refused: 6 },
      modules: [
        { name: "doorman.Doorman", language: "python", child: "shared", isEnforced: true },
        { name: "doorman", language: "typescript", child: null, isEnforced: true },
      ],
      children: [{ name: "shared", state: "up", restarts: 0, queued: 0, refused: 0 }],
    });
    expect(status.startedTs).toBeLessThanOrEqual(status.takenTs);
    const [python, typescript] = slotsOf(status, ALLOWED);
    expect(python).toMatchObject({ asked: 6, continued: 3, stopped: 2, failed: 1, late: 0, unavailable: 0 });
    expect(typescript).toMatchObject({ asked: 3, continued: 1, stopped: 1, failed: 1, late: 0, unavailable: 0 });
    expect(typescript?.lastMicros).toHaveLength(3);
    expect(typescript?.micros?.p50).toBeGreaterThan(0);
    expect(typescript?.micros?.p99).toBe(Math.max(...(typescript?.lastMicros ?? [])));
    expect(status.queues.map(({ name }) => name)).toEqual([
      "requests",
      "calls to the Python child shared",
      "thumbnails",
    ]);
    for (const { freeBytes, totalBytes } of status.storage) expect(totalBytes).toBeGreaterThan(freeBytes ?? Infinity);
    expect(status.storage.find(({ name }) => name === "database")?.usedBytes).toBeGreaterThan(0);

    const refusals = status.refusals ?? [];
    expect(refusals.map(({ code, module, setting, sizeBytes }) => [code, module ?? setting, sizeBytes])).toEqual([
      ["UPLOAD_TOO_LARGE", "max_upload_size", 5001],
      ["MODULE_FAILED", "doorman", 212],
      ["UPLOAD_TOO_LARGE", "doorman", 211],
      [null, "doorman.Doorman", 113],
      ["MODULE_FAILED", "doorman.Doorman", 112],
      ["UPLOAD_TOO_LARGE", "doorman.Doorman", 111],
    ]);
    const users = refusals.map(({ user }) => user);
    expect(new Set(users).size, "alice and bob").toBe(2);
    expect(users[3]).not.toBe(users[0]);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    for (const shown of [JSON.stringify(status), page]) {
      expect(shown).toContain("max_upload_size");
      for (const secret of ["alice", "bob", "s3cr3t", "token-of"]) expect(shown).not.toContain(secret);
    }
  } finally {
    await service.stop();
  }
});

test("A callback that a reload registers again counts on", async () => {
  const { service, port } = await startDoormen();
  try {
    await service.upload("first");
    await service.reload([
      { module: "doorman.Doorman", config: {} },
      { typescript: join(FIXTURE_MODULES, "doorman.ts") },
    ]);
    await service.upload("second");
    expect(slotsOf(await readStatus(port), ALLOWED).map(({ asked }) => asked)).toEqual([2, 2]);
  } finally {
    await service.stop();
  }
});

test("A callback past its deadline is counted as late, one whose child was killed as unavailable, and a restart is counted", async () => {
  const port = await findFreePort();
  const scripted = await ScriptedService.start(["typescript", "python"], {
    mediaBridge: { metrics: { host: "127.0.0.1", port }, callbacks: { [CONFIG]: { deadline: 50 } } },
  });
  try {
    const late = scripted.person({ first: { [CONFIG]: { never: true } } });
    expect((await late.config()).status).toBe(503);
    const killed = scripted.person({ second: { [ALLOWED]: { never: true } } });
    const uploading = killed.upload();
    process.kill((await killed.called(ALLOWED, "second")).pid ?? 0, "SIGKILL");
    expect((await uploading).status).toBe(503);
    await vi.waitFor(async () => expect((await fetch(`${scripted.service.url}/health`)).status).toBe(200), {
      timeout: 20_000,
    });
    const status = await readStatus(port);
    expect(slotsOf(status, CONFIG).map((slot) => slot.late)).toEqual([1, 0]);
    const [before, gone] = slotsOf(status, ALLOWED);
    expect(before).toMatchObject({ asked: 1, continued: 1 });
    expect(gone).toMatchObject({ asked: 1, unavailable: 1, micros: null });
    expect(status.children).toMatchObject([{ name: "shared", state: "up", restarts: 1 }]);
  } finally {
    await scripted.stop();
  }
});

test("A status whose database cannot be read shows the rest, and says that refusals are not known", async () => {
  const { service, port } = await startDoormen();
  try {
    const db = new Database(join(service.folder, "data", "media.db"));
    db.exec("alter table media_bridge_refusals rename to elsewhere");
    db.close();
    renameSync(join(service.folder, "media"), join(service.folder, "gone"));
    const status = await readStatus(port);
    expect(status.refusals).toBeNull();
    expect(status.storage.find(({ name }) => name === "media")).toMatchObject({ freeBytes: null, totalBytes: null });
    expect(slotsOf(status, ALLOWED)).toHaveLength(2);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(page).toContain("Refusals cannot be read: the log says why.");
  } finally {
    await service.stop();
  }
});

test("A database that another program holds does not hold the status: refusals are there again once it lets go", async () => {
  const { service, port } = await startDoormen();
  const db = new Database(join(service.folder, "data", "media.db"));
  try {
    db.exec("begin immediate");
    await (await service.request(UPLOAD, { method: "POST", body: "x".repeat(111), as: "alice" })).text();
    const held = await readStatus(port);
    expect(held.refusals).toBeNull();
    expect(slotsOf(held, ALLOWED).map(({ stopped }) => stopped)).toEqual([1, 0]);
    db.exec("rollback");
    await vi.waitFor(async () => expect((await readStatus(port)).refusals).toHaveLength(1), { timeout: 20_000 });
  } finally {
    db.close();
    await service.stop();
  }
});

test("In front of a Synapse the status says so, with the requests that wait for it", async () => {
  const port = await findFreePort();
  const guard = await startGuard({ mediaBridge: { metrics: { host: "127.0.0.1", port } } });
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  try {
    guard.synapse.behave = (req, res) => {
      req.resume();
      arrived.resolve();
      void answer.promise.then(() => res.end(JSON.stringify({ content_uri: "mxc://example.test/content" })));
    };
    const uploading = guard.upload("content");
    await arrived.promise;
    const status = await readStatus(port);
    answer.resolve();
    expect((await uploading).status).toBe(200);
    expect(status.mode).toBe("guard");
    expect(status.queues).toEqual([
      { name: "requests", underWay: 1, waiting: null },
      { name: "requests to Synapse", underWay: 1, waiting: 0 },
    ]);
  } finally {
    answer.resolve();
    await guard.stop();
  }
});

test("The status shows pictures of which thumbnails are made, and the outcome of jobs", async () => {
  const port = await findFreePort();
  const service = await startTestService({ mediaBridge: { metrics: { host: "127.0.0.1", port } } });
  onTestFinished(() => service.stop());
  await askControl(controlSocketPath(join(service.folder, "data")) ?? "", "maintain", {
    job: "unused_ids",
    isTrial: false,
  });
  const status = await readStatus(port);
  expect(status.queues).toContainEqual({ name: "thumbnails", underWay: 0, waiting: 0 });
  expect(status.jobs).toEqual([
    {
      name: "unused_ids",
      isRunning: false,
      endedTs: expect.any(Number),
      done: 0,
      failed: 0,
      lastError: null,
      nextTs: (status.jobs?.[0]?.endedTs ?? 0) + 3_600_000,
    },
  ]);
});

test("Files that wait for a storage provider are a queue, and a Synapse for what is missing is named by the mode", async () => {
  const port = await findFreePort();
  const provider = scriptProvider();
  const synapse = await StubSynapse.start();
  onTestFinished(() => synapse.stop());
  provider.behave({ store: "raises" });
  const service = await startProviderService([provider.entry({ store_synchronous: false })], {
    mediaBridge: { metrics: { host: "127.0.0.1", port }, upstream: { url: synapse.url, mode: "fallback" } },
  });
  await service.upload("waits");
  const status = await readStatus(port);
  expect(status.mode).toBe("fallback");
  expect(status.queues).toContainEqual({ name: "files for scripted_provider.Scripted", underWay: null, waiting: 1 });
});
