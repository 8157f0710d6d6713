import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verify } from "../../../src/cli/running/verify.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { startTestService, writeConfig, type TestService, type TestServiceOptions } from "../../support/service.ts";

let folder: string;
let service: TestService | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-verify-"));
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<TestService> {
  service = await startTestService({ folder });
  return service;
}

async function stop(): Promise<void> {
  await service?.stop();
  service = undefined;
}

/** What the command says, line by line, and its exit status. */
async function run({ repair = false, ...options }: { repair?: boolean } & TestServiceOptions = {}) {
  const config = writeConfig(folder, join(folder, "media"), options);
  const lines: Record<string, unknown>[] = [];
  const print = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const isGood = await verify(loadConfig([config]), { repair, json: true, print });
  return { isGood, findings: lines.slice(0, -1), sums: lines.at(-1) };
}

function fileOf(mediaId: string): string {
  return join(folder, "media/local_content", mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4));
}

function change(sql: string, ...parameters: unknown[]): void {
  const db = new Database(join(folder, "data/media.db"));
  db.prepare(sql).run(...parameters);
  db.close();
}

function place(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe("verify", () => {
  test("finds nothing in a store that is as it should be, beside a running service and without one", async () => {
    const running = await start();
    for (const text of ["", "one", "x".repeat(3_000_000)]) await running.upload(text);
    const sums = { media: 3, bytes: 3_000_003, findings: 0 };
    expect(await run()).toMatchObject({ isGood: true, findings: [], sums });
    await stop();
    expect(await run()).toMatchObject({ isGood: true, findings: [], sums: { ...sums, files: 3, underWay: 0 } });
  });

  test("names every file that is missing, of another size, of other content, or no file", async () => {
    const running = await start();
    const [missing, longer, other, folderInstead, whole] = await Promise.all(
      ["missing", "longer", "other", "folder", "whole"].map((text) => running.upload(text)),
    );
    await stop();
    rmSync(fileOf(missing ?? ""));
    writeFileSync(fileOf(longer ?? ""), "longer than it was");
    writeFileSync(fileOf(other ?? ""), "OTHER");
    rmSync(fileOf(folderInstead ?? ""));
    mkdirSync(fileOf(folderInstead ?? ""));
    const { isGood, findings } = await run();
    expect(isGood).toBe(false);
    expect(new Map(findings.map(({ mediaId, kind }) => [mediaId, kind]))).toEqual(
      new Map([
        [missing, "file-missing"],
        [longer, "size-differs"],
        [other, "hash-differs"],
        [folderInstead, "file-unreadable"],
      ]),
    );
    expect(findings.map(({ mediaId }) => mediaId)).not.toContain(whole);
  });

  test("names media that count for other than they are", async () => {
    const running = await start();
    const mediaId = await running.upload("12345");
    await stop();
    change("update media_bridge_uploads set media_length = 4 where media_id = ?", mediaId);
    expect(await run()).toMatchObject({ isGood: false, findings: [{ kind: "usage-differs", mediaId }] });
  });

  test("takes no upload that is under way for a finding, nor one that the next start ends", async () => {
    await start();
    await stop();
    const temporary = join(folder, "data/uploads/upload-underWay");
    place(temporary, "not yet");
    mkdirSync(dirname(fileOf("underWay")), { recursive: true });
    linkSync(temporary, fileOf("underWay"));
    expect(await run({ repair: true })).toMatchObject({ isGood: true, findings: [], sums: { underWay: 1, moved: 0 } });
  });

  test("asks for a missing file only where no storage provider has been given it", async () => {
    const running = await start();
    const [stored, waiting] = [await running.upload("stored"), await running.upload("waiting")];
    await stop();
    for (const mediaId of [stored, waiting]) rmSync(fileOf(mediaId));
    const insert =
      "insert into media_bridge_pending_stores (provider, path, file_id, next_ts) values ('provider', 'path', ?, 0)";
    change(insert, waiting);
    const config = {
      media_storage_providers: [
        { module: "kept.Provider", store_local: true, store_remote: false, store_synchronous: false },
      ],
    };
    expect(await run({ config })).toMatchObject({
      findings: [{ kind: "file-missing", mediaId: waiting }],
      sums: { elsewhere: 1 },
    });
  });
});

describe("verify --repair", () => {
  test("moves files that have no row any more to lost+found, and is content then", async () => {
    const running = await start();
    const [kept, orphan] = [await running.upload("kept"), await running.upload("orphan")];
    await stop();
    change("delete from local_media_repository where media_id = ?", orphan);
    expect(await run()).toMatchObject({ isGood: false, findings: [{ kind: "file-without-row", mediaId: orphan }] });
    const aside = join(folder, "media/lost+found", orphan);
    place(aside, "of an earlier time");
    expect((await run({ repair: true })).isGood).toBe(true);
    expect(readFileSync(aside, "utf8")).toBe("of an earlier time");
    expect(readFileSync(`${aside}.1`, "utf8")).toBe("orphan");
    expect([existsSync(fileOf(orphan)), existsSync(fileOf(kept))]).toEqual([false, true]);
    expect(await run()).toMatchObject({ isGood: true, findings: [] });
  });

  test("moves nothing at all where there is a file that the database has never known", async () => {
    const running = await start();
    const orphan = await running.upload("orphan");
    await stop();
    change("delete from local_media_repository where media_id = ?", orphan);
    place(fileOf("ofAnotherProgram"), "a Synapse's, say");
    await expect(run({ repair: true })).rejects.toMatchObject({
      code: "STORE",
      message: expect.stringMatching(/Nothing was moved: .* holds 1 files that the database .* has never known/),
    });
    expect([existsSync(fileOf(orphan)), existsSync(fileOf("ofAnotherProgram"))]).toEqual([true, true]);
    const { findings } = await run();
    expect(new Map(findings.map(({ mediaId, kind }) => [mediaId, kind]))).toEqual(
      new Map([
        [orphan, "file-without-row"],
        ["ofAnotherProgram", "file-unknown"],
      ]),
    );
  });

  test("does not start where the database is missing", async () => {
    await expect(run()).rejects.toMatchObject({
      code: "STORE",
      message: expect.stringContaining("There is no database"),
    });
  });
});

test("Beside a Synapse that keeps the media, the first line says what is looked at: the service's own, and not Synapse's", async () => {
  const mediaBridge = { upstream: { url: "http://127.0.0.1:1" } };
  service = await startTestService({ folder, mediaBridge });
  const { isGood, findings } = await run({ mediaBridge });
  expect(isGood).toBe(true);
  const scope = { kind: "scope", database: join(folder, "data", "media.db"), media: join(folder, "data", "media") };
  expect(findings).toEqual([scope]);
  const lines: string[] = [];
  const loaded = loadConfig([join(folder, "media-bridge.yaml")]);
  await verify(loaded, { repair: false, json: false, print: (line) => void lines.push(line) });
  expect(lines[0]).toMatch(/^in guard mode: .*media\.db.* The media that Synapse keeps are not looked at$/);
});
