import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { startFakeHomeserver } from "../../../../src/testing/fake-homeserver.ts";
import { scriptProvider } from "../../../providers/provider-service.ts";
import { fileAppears, fileChanges, localPath, PROVIDERS } from "../../../support/providers.ts";
import { FIXTURE_MODULES } from "../../../support/service.ts";
import { ADMIN } from "../../support/administration.ts";
import { openGate } from "../../support/gate.ts";
import { create, makeOlder, put, quarantine } from "../../support/pending-media.ts";
import { RawConnection } from "../../support/raw-connection.ts";
import { ask, LATER, makeFolder, start } from "./deletions.ts";

test("A deletion reaches the copies of providers in both languages, and modules in both are told", async () => {
  const [backup, told] = [makeFolder(), makeFolder()];
  const scripted = scriptProvider("Deleting");
  const service = await start({
    config: {
      media_storage_providers: [
        { module: "file_system", store_local: true, store_synchronous: true, config: { directory: backup } },
        scripted.entry(),
        {
          typescript: join(PROVIDERS, "folder-provider.ts"),
          store_local: true,
          config: { folder: join(backup, "ts") },
        },
      ],
    },
    mediaBridge: {
      modules: [
        { module: "told_deletions.ToldDeletions", config: { folder: told } },
        { typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder: told } },
      ],
    },
  });
  const [goes, stays] = [await service.upload("goes"), await service.upload("stays")];
  await fileAppears(join(backup, "ts", localPath(goes)));
  await fileAppears(join(backup, "ts", localPath(stays)));
  expect(await ask(service, "DELETE", `/media/example.test/${goes}`)).toEqual([
    200,
    { deleted_media: [goes], total: 1 },
  ]);
  expect(Object.keys(service.files())).toEqual([localPath(stays)]);
  for (const language of ["typescript", "python"]) await fileAppears(join(told, `${language}-${goes}`));
  const copies = [backup, join(backup, "ts"), join(scripted.folder, "kept")].map((folder) =>
    join(folder, localPath(goes)),
  );
  await vi.waitUntil(() => !copies.some((path) => existsSync(path)), { timeout: 30_000 });
  expect([backup, join(backup, "ts")].map((folder) => existsSync(join(folder, localPath(goes))))).toEqual([
    false,
    false,
  ]);
  expect([backup, join(backup, "ts")].map((folder) => existsSync(join(folder, localPath(stays))))).toEqual([
    true,
    true,
  ]);
  expect([scripted.kept(goes), scripted.kept(stays)?.toString()]).toEqual([undefined, "stays"]);
  expect(readdirSync(told).toSorted()).toEqual([`python-${goes}`, `typescript-${goes}`]);
});

test("An administrator does not wait for a provider that fails, and the next start asks it again", async () => {
  const folder = makeFolder();
  const told = makeFolder();
  const scripted = scriptProvider("Deleting");
  const options = {
    folder,
    config: { media_storage_providers: [scripted.entry()] },
    mediaBridge: { modules: [{ typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder: told } }] },
  };
  const first = await start(options);
  const mediaId = await first.upload("goes");
  scripted.behave({ delete: "raises" });
  expect((await ask(first, "DELETE", `/media/example.test/${mediaId}`))[0]).toBe(200);
  await fileAppears(join(told, `typescript-${mediaId}`));
  const failed = await first.log.waitFor(
    ({ level, message }) => level === "error" && message.includes("could not delete"),
  );
  expect(failed.facts).toMatchObject({ provider: scripted.name, mediaId, path: localPath(mediaId) });
  await first.stop();
  expect(scripted.kept(mediaId)?.toString()).toBe("goes");
  scripted.behave({});
  rmSync(join(told, `typescript-${mediaId}`));
  const second = await start(options);
  await fileChanges(join(scripted.folder, "kept", localPath(mediaId)), () => scripted.kept(mediaId) === undefined);
  await second.stop();
  // Modules were told by the first process.
  expect(readdirSync(told)).toEqual([]);
});

test("A download that is under way when its media is deleted ends with every byte", async () => {
  const service = await start({ config: { max_upload_size: "40M" } });
  const body = Buffer.alloc(20_000_000, "abcdefg");
  const mediaId = await service.upload(body);
  const download = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[0]).toBe(200);
  expect(service.files()).toEqual({});
  expect(Buffer.from(await download.arrayBuffer()).equals(body)).toBe(true);
  const again = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
  expect(again.status).toBe(404);
});

test("Media that is deleted no longer counts against its user's limits", async () => {
  const service = await start({ config: { media_upload_limits: [{ max_size: "100", time_period: "1d" }] } });
  const mediaId = await service.upload("x".repeat(100));
  await expect(service.upload("y")).rejects.toThrow("M_USER_LIMIT_EXCEEDED");
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[0]).toBe(200);
  expect(await service.upload("y")).toMatch(/^\w{24}$/);
});

test("An id that is deleted while it is uploaded to answers the upload 404, and leaves nothing", async () => {
  const gate = await openGate();
  onTestFinished(() => gate.stop());
  const service = await start({ mediaBridge: { modules: [gate.module] } });
  const { mediaId } = await create(service);
  const waiting = await RawConnection.open(service.port);
  waiting.send({
    method: "GET",
    target: `/_matrix/client/v1/media/download/example.test/${mediaId}?timeout_ms=60000`,
    headers: [["Authorization", "Bearer token-of-alice"]],
  });
  const upload = put(service, mediaId, "too late");
  const question = await gate.question();
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[0]).toBe(200);
  expect((await waiting.answer()).status).toBe(404);
  question.answer(true);
  expect(await upload).toMatchObject({ status: 404, errcode: "M_NOT_FOUND" });
  expect(service.files()).toEqual({});
});

test("Deletion by time spares what is protected or quarantined, and what was read since", async () => {
  const service = await start();
  const ids: string[] = [];
  for (const name of ["old", "protected", "quarantined", "read"]) ids.push(await service.upload(name));
  const [old = "", safe = "", quarantined = "", read = ""] = ids;
  for (const mediaId of ids) makeOlder(service, mediaId, 3_600_000);
  quarantine(service, quarantined);
  expect((await ask(service, "POST", `/media/protect/${safe}`))[0]).toBe(200);
  await (await service.request(`/_matrix/client/v1/media/download/example.test/${read}`, { as: "alice" })).text();
  const beforeTs = Date.now() - 1_800_000;
  const answer = await ask(service, "POST", `/media/delete?before_ts=${beforeTs}&keep_profiles=false`);
  expect(answer).toEqual([200, { deleted_media: [old], total: 1 }]);
  expect(Object.keys(service.files()).toSorted()).toEqual([safe, quarantined, read].map(localPath).toSorted());
});

test("Deletion by time deletes nothing where it cannot be written what was read a moment ago", async () => {
  const service = await start();
  const mediaId = await service.upload("read");
  makeOlder(service, mediaId, 3_600_000);
  const database = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
  onTestFinished(() => void database.close());
  database.exec(
    "create trigger full before update of last_access_ts on local_media_repository begin select raise(abort, 'full'); end",
  );
  await (await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" })).text();
  const path = `/media/delete?before_ts=${Date.now() - 1_800_000}&keep_profiles=false`;
  expect((await ask(service, "POST", path))[0]).toBe(500);
  database.exec("drop trigger full");
  expect(await ask(service, "POST", path)).toEqual([200, { deleted_media: [], total: 0 }]);
});

test("With a Synapse behind, deletions act here, are passed on, and name what both deleted", async () => {
  const synapse = await startFakeHomeserver();
  onTestFinished(() => synapse.stop());
  const service = await start({ mediaBridge: { upstream: { url: synapse.url, mode: "fallback" } } });
  const there = { body: { deleted_media: ["inSynapse"], total: 1 } };
  synapse.answer("POST", `${ADMIN}/media/delete`, there);
  synapse.answer("DELETE", `${ADMIN}/users/@alice:example.test/media`, there);
  synapse.answer("DELETE", `${ADMIN}/media/example.test/inSynapse`, there);
  synapse.answer("POST", `${ADMIN}/purge_media_cache`, { body: { deleted: 7 } });
  const [first, second] = [await service.upload("first"), await service.upload("second")];
  expect(await ask(service, "DELETE", `/media/example.test/${first}`)).toEqual([
    200,
    { deleted_media: [first], total: 1 },
  ]);
  expect(synapse.requests).toEqual([]);
  const both = [200, { deleted_media: [second, "inSynapse"], total: 2 }];
  expect(await ask(service, "POST", `/media/delete?before_ts=${LATER}&keep_profiles=false`)).toEqual(both);
  const third = await service.upload("third");
  expect(await ask(service, "DELETE", "/users/@alice:example.test/media")).toEqual([
    200,
    { deleted_media: [third, "inSynapse"], total: 2 },
  ]);
  expect(await ask(service, "DELETE", "/media/example.test/inSynapse")).toEqual([200, there.body]);
  expect(await ask(service, "POST", "/purge_media_cache?before_ts=1700000000000")).toEqual([200, { deleted: 7 }]);
  expect(synapse.requests.map(({ query }) => [...query.keys()])).toEqual([
    ["before_ts", "keep_profiles"],
    [],
    [],
    ["before_ts"],
  ]);
});
