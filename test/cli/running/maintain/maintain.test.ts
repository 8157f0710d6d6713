import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { CliFolder } from "../../../support/cli.ts";

const OPTIONS = {
  config: { media_retention: { local_media_lifetime: "30d" } },
  mediaBridge: { jobs: { keep_profiles: false } },
};

/** Makes all media of a folder as old as if it had been uploaded 31 days earlier. */
function age({ path }: CliFolder): void {
  const database = new Database(join(path, "data", "media.db"), { timeout: 5_000 });
  database.exec("update local_media_repository set created_ts = created_ts - 31 * 86400000");
  database.close();
}

test("maintain asks the running service, counts without a change by --dry-run, and ends with 1 where a job has failed", async () => {
  const folder = new CliFolder(OPTIONS);
  const service = await folder.start();
  expect((await service.upload("old")).status).toBe(200);
  age(folder);
  const trial = await folder.end(["maintain", "media_retention", "--dry-run"]);
  expect([trial.status, trial.stdout]).toEqual([0, "media_retention: 1 media would be removed"]);
  const { status, stdout } = await folder.end(["maintain", "media_retention", "--json"]);
  expect([status, JSON.parse(stdout)]).toMatchObject([0, { job: "media_retention", isTrial: false, done: 1 }]);
  const listed = await folder.end(["maintain"]);
  expect(listed.stdout).toMatch(
    /^media_retention: deletes local media .*\n {2}last run ended \S+Z: 1 media removed; next run \S+Z$/m,
  );
  expect(listed.stdout).toMatch(
    /^old_thumbnails: .*\n {2}off: media_bridge\.jobs\.old_thumbnails_after is not configured$/m,
  );
  const unknown = await folder.end(["maintain", "nonsense"]);
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('no job has the name "nonsense"')]);
  service.kill("SIGTERM");
  await service.ended;
});

test("maintain takes the lease itself where no service runs, and leaves in the journal what the next start is to tell modules", async () => {
  const folder = new CliFolder(OPTIONS);
  const service = await folder.start();
  await service.upload("old");
  service.kill("SIGTERM");
  await service.ended;
  age(folder);
  const { status, stdout } = await folder.end(["maintain", "media_retention"]);
  expect([status, stdout.split("\n")]).toEqual([
    0,
    ["media_retention: 1 media removed", "no service runs: storage providers and modules are told when it starts"],
  ]);
  const database = new Database(join(folder.path, "data", "media.db"), { readonly: true });
  const journal = database.prepare("select count(*) as rows from media_bridge_deletions").get();
  const lease = database.prepare("select owner, done from media_bridge_jobs where name = 'media_retention'").get();
  database.close();
  expect([journal, lease]).toEqual([{ rows: 1 }, { owner: null, done: 1 }]);
});

test("maintain says in guard mode that Synapse keeps the media", async () => {
  const folder = new CliFolder({ mediaBridge: { upstream: { url: "http://127.0.0.1:9", mode: "guard" } } });
  const { status, stderr } = await folder.end(["maintain"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("in guard mode Synapse keeps the media")]);
});
