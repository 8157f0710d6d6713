import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { askControl } from "../../src/control/control-client.ts";
import { controlSocketPath } from "../../src/control/control-socket.ts";
import type { JobDescription, RunDescription } from "../../src/control/maintenance/job-description.ts";
import { mediaPath, storedMedia } from "../../src/media-file.ts";
import { answerAvatars } from "../http/support/avatars.ts";
import { startAdministered } from "../http/support/administration.ts";
import { create, makeOlder, quarantine } from "../http/support/pending-media.ts";
import { localPath } from "../support/providers.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../support/service.ts";

const DAY_MS = 86_400_000;
const RETENTION = { media_retention: { local_media_lifetime: "30d" } };
const NO_PROFILES = { jobs: { keep_profiles: false } };

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-jobs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService(options);
  onTestFinished(() => service.stop());
  return service;
}

async function run(service: TestService, job: string, isTrial = false): Promise<RunDescription> {
  return (await ask(service, "maintain", { job, isTrial })) as RunDescription;
}

async function list(service: TestService): Promise<readonly JobDescription[]> {
  return (await ask(service, "jobs", null)) as readonly JobDescription[];
}

function ask({ folder }: TestService, command: string, params: unknown): Promise<unknown> {
  return askControl(controlSocketPath(join(folder, "data")) ?? "", command, params);
}

/** Changes the database of a service, which may be running. */
function change(folder: string, sql: string, ...values: unknown[]): void {
  const database = new Database(join(folder, "data", "media.db"), { timeout: 5_000 });
  database.prepare(sql).run(...values);
  database.close();
}

function count({ folder }: TestService, table: string): number {
  const database = new Database(join(folder, "data", "media.db"), { readonly: true });
  const { rows } = database.prepare(`select count(*) as rows from ${table}`).get() as { rows: number };
  database.close();
  return rows;
}

test("Retention deletes what was not read for its lifetime, and spares what is protected, quarantined, empty or was read", async () => {
  const service = await start({ config: RETENTION, mediaBridge: NO_PROFILES });
  const ids: string[] = [];
  for (const name of ["old", "protected", "quarantined", "read", ""]) ids.push(await service.upload(name));
  const young = await service.upload("young");
  const [old = "", safe = "", quarantined = "", read = "", empty = ""] = ids;
  for (const mediaId of ids) makeOlder(service, mediaId, 31 * DAY_MS);
  quarantine(service, quarantined);
  await service.request(`/_synapse/admin/v1/media/protect/${safe}`, { method: "POST", as: "admin" });
  await (await service.request(`/_matrix/client/v1/media/download/example.test/${read}`, { as: "alice" })).text();
  const trial = { job: "media_retention", things: "media", outcome: "succeeded", done: 1, failed: 0, error: null };
  expect(await run(service, "media_retention", true)).toEqual({ ...trial, isTrial: true });
  expect(Object.keys(service.files())).toHaveLength(6);
  expect(await run(service, "media_retention")).toEqual({ ...trial, isTrial: false });
  const left = [safe, quarantined, read, empty, young].map(localPath).toSorted();
  expect(Object.keys(service.files()).toSorted()).toEqual(left);
  expect(left).not.toContain(localPath(old));
  const [retention] = await list(service);
  expect(retention).toMatchObject({ name: "media_retention", isRunning: false, done: 1, lastError: null });
  expect((retention?.nextTs ?? 0) - (retention?.endedTs ?? 0)).toBe(3_600_000);
});

test("Retention keeps what profiles show, and deletes nothing where the homeserver does not tell", async () => {
  const folder = makeFolder();
  const token = join(folder, "token");
  writeFileSync(token, "token-of-@admin:example.test\n", { mode: 0o600 });
  const administered = await startAdministered({
    config: RETENTION,
    mediaBridge: { homeserver: { admin_token_file: token } },
  });
  onTestFinished(() => administered.stop());
  const { service, homeserver, upload } = administered;
  const [avatar, sent] = [await upload("avatar"), await upload("sent")];
  for (const mediaId of [avatar, sent]) makeOlder(service, mediaId, 31 * DAY_MS);
  homeserver.answer("GET", "/_synapse/admin/v2/users", { status: 500, body: {} });
  expect(await run(service, "media_retention")).toMatchObject({
    outcome: "failed",
    done: 0,
    error: expect.stringMatching(/homeserver/),
  });
  expect((await list(service))[0]?.lastError).toMatch(/homeserver/);
  answerAvatars(homeserver, { users: [`mxc://example.test/${avatar}`] });
  expect(await run(service, "media_retention")).toMatchObject({ outcome: "succeeded", done: 1 });
  expect(Object.keys(service.files())).toEqual([localPath(avatar)]);
});

test("Ids that expired a day ago without an upload are removed, and no others", async () => {
  const service = await start({ config: { unused_expiration_time: "1h", max_pending_media_uploads: 10 } });
  const ids: string[] = [];
  for (const olderMs of [0, 2 * 3_600_000, 26 * 3_600_000]) {
    const { mediaId } = await create(service);
    makeOlder(service, mediaId, olderMs);
    ids.push(mediaId);
  }
  const full = await service.upload("has content");
  makeOlder(service, full, 400 * DAY_MS);
  expect(await run(service, "unused_ids", true)).toMatchObject({ done: 1 });
  expect(await run(service, "unused_ids")).toMatchObject({ done: 1, outcome: "succeeded" });
  expect(count(service, "local_media_repository")).toBe(3);
  expect(await run(service, "unused_ids")).toMatchObject({ done: 0 });
});

test("Old thumbnails are removed with their rows and what waits for providers, and those of media that was read stay", async () => {
  const service = await start({ mediaBridge: { jobs: { old_thumbnails_after: "30d" } } });
  const [old, read] = [await service.upload("old"), await service.upload("read")];
  const paths = [old, read].map((mediaId) => {
    const thumbnail = { width: 32, height: 32, method: "crop", type: "image/png", length: 6 } as const;
    const path = mediaPath(storedMedia({ fileId: mediaId, thumbnail }));
    mkdirSync(dirname(join(service.folder, "media", path)), { recursive: true });
    writeFileSync(join(service.folder, "media", path), "pixels");
    const row = "insert into local_media_repository_thumbnails values (?, 32, 32, 'image/png', 'crop', 6)";
    change(service.folder, row, mediaId);
    const copy = "insert into media_bridge_pending_stores (provider, path, file_id, next_ts) values ('gone', ?, ?, 1)";
    change(service.folder, copy, path, mediaId);
    makeOlder(service, mediaId, 31 * DAY_MS);
    return path;
  });
  await (await service.request(`/_matrix/client/v1/media/download/example.test/${read}`, { as: "alice" })).text();
  expect(await run(service, "old_thumbnails", true)).toMatchObject({ done: 1 });
  expect(await run(service, "old_thumbnails")).toMatchObject({ done: 1, outcome: "succeeded" });
  expect(paths.map((path) => existsSync(join(service.folder, "media", path)))).toEqual([false, true]);
  expect([count(service, "local_media_repository_thumbnails"), count(service, "media_bridge_pending_stores")]).toEqual([
    1, 1,
  ]);
  expect(Object.keys(service.files()).toSorted()).toEqual([localPath(old), localPath(read), paths[1] ?? ""].toSorted());
});

test("What is known of pictures is forgotten with their media, and a failure that passes after a day", async () => {
  const service = await start();
  const mediaId = await service.upload("content");
  const { sha256 } = (
    (await (await service.request(`/_synapse/admin/v1/media/example.test/${mediaId}`, { as: "admin" })).json()) as {
      media_info: { sha256: string };
    }
  ).media_info;
  const add = (content: string, failure: string | null, lookedTs: number) =>
    change(
      service.folder,
      "insert into media_bridge_pictures (content, failure, decoder, looked_ts) values (?, ?, 'x', ?)",
      content,
      failure,
      lookedTs,
    );
  const yesterday = Date.now() - DAY_MS - 1;
  add("00".repeat(32), null, Date.now());
  add(`id:${"a".repeat(24)}`, null, Date.now());
  add(`id:${mediaId}`, "TIMEOUT", yesterday);
  add(sha256, "BROKEN", 1);
  expect(await run(service, "expired_records")).toMatchObject({ done: 3, outcome: "succeeded" });
  expect(count(service, "media_bridge_pictures")).toBe(1);
  change(service.folder, "update media_bridge_pictures set failure = 'CRASHED'");
  expect(await run(service, "expired_records")).toMatchObject({ done: 1 });
});

test("A job that is due runs by itself after a start, and another process's lease keeps it from that", async () => {
  const folder = makeFolder();
  const options = { folder, config: RETENTION, mediaBridge: NO_PROFILES };
  const first = await start(options);
  const mediaId = await first.upload("old");
  makeOlder(first, mediaId, 31 * DAY_MS);
  await first.stop();
  change(folder, "insert into media_bridge_jobs (name, next_ts) values ('media_retention', 1)");
  const second = await start(options);
  const ended = await second.log.waitFor(({ facts }) => facts["job"] === "media_retention");
  expect([ended.facts["done"], Object.keys(second.files())]).toEqual([1, []]);
  await second.stop();
  change(folder, "update media_bridge_jobs set owner = 'another', lease_until = ?", Date.now() + 60_000);
  const third = await start(options);
  await expect(run(third, "media_retention")).rejects.toThrow(
    /another process runs the job media_retention \(its lease ends at /,
  );
  expect((await list(third))[0]).toMatchObject({ isRunning: true });
});

test("Where Synapse's key names another process, no job runs by itself, but an operator may have one run", async () => {
  const folder = makeFolder();
  const options = {
    folder,
    config: { ...RETENTION, media_instance_running_background_jobs: "media1" },
    mediaBridge: NO_PROFILES,
  };
  const first = await start(options);
  makeOlder(first, await first.upload("old"), 31 * DAY_MS);
  await first.stop();
  change(folder, "insert into media_bridge_jobs (name, next_ts) values ('media_retention', 1)");
  const second = await start(options);
  await second.log.waitFor(({ message }) => message.includes("names another process"));
  expect((await list(second))[0]).toMatchObject({ isRunning: false, nextTs: 1 });
  expect(await run(second, "media_retention")).toMatchObject({ done: 1 });
});

test("A job that does not exist, or has nothing to do, is refused with the names, or with the key", async () => {
  const service = await start();
  await expect(run(service, "nonsense")).rejects.toThrow(
    /no job has the name "nonsense"; the jobs are media_retention, unused_ids/,
  );
  await expect(run(service, "media_retention")).rejects.toThrow(
    /media_retention\.local_media_lifetime is not configured/,
  );
  expect((await list(service)).map(({ name, missingKey }) => [name, missingKey])).toEqual([
    ["media_retention", "media_retention.local_media_lifetime"],
    ["unused_ids", null],
    ["old_thumbnails", "media_bridge.jobs.old_thumbnails_after"],
    ["expired_records", null],
  ]);
});
