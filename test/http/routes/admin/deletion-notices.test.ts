import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { scriptProvider, startProviderService } from "../../../providers/provider-service.ts";
import { fileAppears, fileChanges } from "../../../support/providers.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../../../support/service.ts";
import { ADMIN } from "../../support/administration.ts";

/** A service with a module in each language that notes what it is told, in this folder, and cannot be told twice. */
async function startTold(): Promise<{
  service: TestService;
  told: string;
  remove: (mediaId: string) => Promise<void>;
}> {
  const [folder, told] = ["folder", "told"].map((name) => mkdtempSync(join(tmpdir(), `media-bridge-${name}-`)));
  if (folder === undefined || told === undefined) throw new Error("there is no folder");
  onTestFinished(() => [folder, told].forEach((path) => rmSync(path, { recursive: true, force: true })));
  const service = await startTestService({
    folder,
    mediaBridge: {
      modules: [
        { module: "told_deletions.ToldDeletions", config: { folder: told } },
        { typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder: told } },
      ],
    },
  });
  onTestFinished(() => service.stop());
  return {
    service,
    told,
    async remove(mediaId) {
      const answer = await service.request(`${ADMIN}/media/example.test/${mediaId}`, { method: "DELETE", as: "admin" });
      expect(answer.status).toBe(200);
    },
  };
}

/** What the log says of callbacks that failed. */
const failures = ({ log }: TestService) =>
  log.lines.filter(({ message }) => message.startsWith("on_media_deleted")).map(({ message }) => message);

test("Media that is deleted while the Python child is down is told to its modules later, and to others once", async () => {
  const { service, told, remove } = await startTold();
  const ids = [await service.upload("one"), await service.upload("two"), await service.upload("three")];
  const { facts } = await service.log.waitFor(({ message }) => message === "the child is up");
  process.kill(Number(facts["pid"]), "SIGKILL");
  await service.log.waitFor(({ message }) => message === "the child is down");
  for (const mediaId of ids) await remove(mediaId);
  for (const mediaId of ids) await fileAppears(join(told, `python-${mediaId}`));
  for (const mediaId of ids) await fileAppears(join(told, `typescript-${mediaId}`));
  expect(new Set(failures(service))).toEqual(
    new Set([
      "on_media_deleted of told_deletions.ToldDeletions (python, module 1, callback 1): no verdict could be had (unavailable)",
    ]),
  );
});

test("Modules that were told are not told again where the journal could not be written", async () => {
  const { service, told, remove } = await startTold();
  const [first, second] = [await service.upload("one"), await service.upload("two")];
  const database = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
  database.exec(
    "create trigger full before delete on media_bridge_deletions begin select raise(abort, 'the disk is full'); end",
  );
  await remove(first);
  await service.log.waitFor(({ message }) => message.startsWith("the journal of deletions cannot be"));
  await fileAppears(join(told, `python-${first}`));
  database.exec("drop trigger full");
  database.close();
  await remove(second);
  await fileAppears(join(told, `python-${second}`));
  await service.stop();
  const left = new Database(join(service.folder, "data", "media.db"), { readonly: true });
  expect(left.prepare("select media_id from media_bridge_deletions").all()).toEqual([]);
  left.close();
  expect(failures(service)).toEqual([]);
});

test("A module that hangs when it is told does not hold up the copies of other deleted media", async () => {
  const scripted = scriptProvider("Deleting");
  const service = await startProviderService([scripted.entry()], {
    mediaBridge: {
      modules: [{ typescript: join(FIXTURE_MODULES, "hanging-deletions.ts") }],
      callbacks: { on_media_deleted: { deadline: 500 } },
    },
  });
  const ids = await Promise.all(Array.from({ length: 60 }, (_, index) => service.upload(`text ${index}`)));
  const answer = await service.request(`${ADMIN}/media/delete?before_ts=4000000000000&keep_profiles=false`, {
    method: "POST",
    as: "admin",
  });
  expect(answer.status).toBe(200);
  await fileChanges(join(scripted.folder, "calls.log"), () => scripted.calls("delete").length === ids.length);
  await service.log.waitFor(({ message }) => message.startsWith("on_media_deleted"));
  // Four are told at a time: without a pause, most would have been told by now.
  expect(failures(service).length).toBeLessThan(ids.length / 2);
  expect(failures(service)[0]).toContain("hanging-deletions");
});

test("A storage provider that hangs holds up neither what modules are told nor another provider", async () => {
  const [told, backup] = [mkdtempSync(join(tmpdir(), "media-bridge-told-")), scriptProvider("Deleting")];
  onTestFinished(() => rmSync(told, { recursive: true, force: true }));
  const hanging = scriptProvider("Deleting");
  hanging.behave({ delete: "hangs" });
  const service = await startProviderService([hanging.entry(), backup.entry()], {
    mediaBridge: { modules: [{ typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder: told } }] },
  });
  const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => service.upload(`text ${index}`)));
  const answer = await service.request(`${ADMIN}/users/@alice:example.test/media?limit=20`, {
    method: "DELETE",
    as: "admin",
  });
  expect(answer.status).toBe(200);
  for (const mediaId of ids) await fileAppears(join(told, `typescript-${mediaId}`));
  await backup.called("delete", ids.length);
  // All of its calls still hang.
  expect([hanging.calls("delete").length, failuresOfCopies(service)]).toEqual([4, []]);
});

/** What the log says of copies that could not be deleted. */
function failuresOfCopies({ log }: TestService): string[] {
  return log.lines.filter(({ message }) => message.includes("could not delete its copy")).map(({ message }) => message);
}
