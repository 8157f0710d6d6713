import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findOrphans } from "../support/processes.ts";
import { CLI } from "../support/service.ts";
import { readStored, readThumbnails } from "./rows.ts";
import type { Storm } from "./storm.ts";
import type { StormUser } from "./user.ts";

const run = promisify(execFile);
const SIDE_BY_SIDE = 16;
const THUMBNAILS = "local_thumbnails";
/**
 * What a service keeps below its data path beside sockets and temporary names: its database, and modules that it
 * compiled.
 */
const DATA = /^(?:media\.db(?:-wal|-shm)?$|compiled-modules\/|control\/service\.lock$)/;

/**
 * Looks at everything that a storm has left: first at the service that still runs, then at what is there once that has
 * ended.
 */
export async function lookAround(
  storm: Storm,
  folder: string,
  config: string,
  users: readonly StormUser[],
): Promise<void> {
  const { victim } = storm;
  // Asked at the limit, each user has as much left as the limit less what was acknowledged: nothing else counts.
  await sideBySide(users, (user) => user.fill());
  await sideBySide([...storm.stored.keys()], (id) => storm.look(id));
  await sideBySide([...storm.stored.keys()], (id) => storm.lookAtThumbnails(id));
  await sideBySide([...storm.deleted], async ([id, user]) => {
    const outcome = await storm.ask(`download of ${id}, which was deleted`, (client) => client.download(user, id));
    if (outcome === "done") return;
    storm.check(outcome.answer.status === 404, () => `${id} was deleted and is answered ${outcome.answer.status}`);
  });
  await sideBySide([...storm.created], async ([id, user]) => {
    const outcome = await storm.ask(`download of ${id}`, (client) => client.download(user, id));
    if (outcome === "done") return;
    storm.check(outcome.answer.status === 504, () => `${id} was created and is answered ${outcome.answer.status}`);
  });
  await victim.end();
  const surprises = victim.surprises.filter((line) => !isOfDeletedThumbnail(line, storm));
  storm.check(surprises.length === 0, () => `in the log: ${surprises.slice(0, 5).join("\n")}`);
  const orphans = await findOrphans(victim.mark);
  storm.check(orphans.length === 0, () => `still there: ${orphans.join(", ")}`);
  lookAtRows(storm, folder);
  lookAtFiles(storm, folder);
  lookAtThumbnails(storm, folder);
  await verify(storm, config);
}

/** A module that is shown a thumbnail may find it gone, where its media is deleted at that moment. */
function isOfDeletedThumbnail(line: string, { deleted }: Storm): boolean {
  const [, path = ""] = /(?:no such file|No such file).*?\/local_thumbnails\/([^/]+\/[^/]+\/[^/]+)\//.exec(line) ?? [];
  return deleted.has(path.replaceAll("/", ""));
}

function lookAtRows(storm: Storm, folder: string): void {
  const rows = readStored(folder);
  storm.check(rows.length === storm.stored.size, () => `${storm.stored.size} media and ${rows.length} rows`);
  for (const { media_id: id, user_id: user, media_length: bytes, sha256 } of rows) {
    const upload = storm.stored.get(id);
    storm.check(
      upload?.sha256 === sha256 && upload.sizeBytes === bytes && user.startsWith(`@${upload.user}:`),
      () => `the row of ${id} has ${bytes} bytes of ${user}, and is not what was acknowledged`,
    );
  }
}

function lookAtFiles(storm: Storm, folder: string): void {
  const files = filesBelow(join(folder, "media")).filter((path) => !path.startsWith(`${THUMBNAILS}/`));
  const strangers = files.filter((path) => !storm.stored.has(path.replaceAll("/", "").replace("local_content", "")));
  storm.check(strangers.length === 0 && files.length === storm.stored.size, () => {
    return `${storm.stored.size} media and ${files.length} files, among them ${strangers.join(", ")}`;
  });
  const left = [
    ...filesBelow(join(folder, "data")).filter((path) => !DATA.test(path)),
    ...filesBelow(join(folder, "tmp")),
  ];
  storm.check(left.length === 0, () => `left in the folder: ${left.join(", ")}`);
}

/** Each row has its file. A file may be without a row where its media exists: it is not served, and made again. */
function lookAtThumbnails(storm: Storm, folder: string): void {
  for (const row of readThumbnails(folder)) {
    const { media_id: id, thumbnail_width: width, thumbnail_height: height, thumbnail_length: bytes } = row;
    const name = `${width}-${height}-${row.thumbnail_type.replace("/", "-")}-${row.thumbnail_method}`;
    const path = join(folder, "media", THUMBNAILS, id.slice(0, 2), id.slice(2, 4), id.slice(4), name);
    const found = statSync(path, { throwIfNoEntry: false })?.size;
    storm.check(storm.stored.has(id) && found === bytes, () => {
      return `the row of the thumbnail ${path} has ${bytes} bytes, the file ${found}; its media is ${storm.stored.has(id) ? "there" : "gone"}`;
    });
  }
  const ids = filesBelow(join(folder, "media", THUMBNAILS)).map((path) => path.split("/").slice(0, 3).join(""));
  const strangers = ids.filter((id) => !storm.stored.has(id));
  storm.check(
    strangers.length === 0,
    () =>
      `thumbnails of media that does not exist: ${[...new Set(strangers)].map((id) => `${id} (${storm.deleted.has(id) ? "deleted" : "never stored"})`).join(", ")}`,
  );
}

async function verify(storm: Storm, config: string): Promise<void> {
  const command = [CLI, "verify", "--config", config, "--json"];
  const { stdout, failed } = await run(process.execPath, command, { maxBuffer: 2 ** 28 }).then(
    (done) => ({ stdout: done.stdout, failed: false }),
    (error: { stdout: string }) => ({ stdout: error.stdout, failed: true }),
  );
  const sums = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { media?: number; findings?: number };
  storm.check(!failed && sums.findings === 0 && sums.media === storm.stored.size, () => `verify: ${stdout}`);
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

async function sideBySide<T>(items: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await one(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}
