import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, writeConfig } from "../../support/service.ts";
import { ALICE, ALLOWANCE, askConfiguration, askService } from "./asker.ts";

const folder = mkdtempSync(join(tmpdir(), "media-bridge-look-"));
const look = { folder };
const database = join(folder, "data", "media.db");
const UPLOAD = { sizeBytes: 700, type: "text/plain" };
let told: unknown;

beforeAll(async () => {
  const service = await startTestService({ folder, config: { modules: [ALLOWANCE] } });
  await service.upload("x".repeat(400));
  told = await askService(service, ALICE, UPLOAD);
  await service.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same report, without the times that callbacks took. */
function withoutTimes(report: unknown): unknown {
  return JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === "milliseconds" ? 0 : value)));
}

test("Without a service media-bridge user tells the same by the configuration, and changes nothing in the database", async () => {
  const before = readFileSync(database);
  expect(withoutTimes(await askConfiguration(look, ALICE, UPLOAD))).toEqual(withoutTimes(told));
  expect(readFileSync(database).equals(before)).toBe(true);
  expect(readdirSync(join(folder, "data")).filter((name) => name.startsWith("media.db"))).toEqual(["media.db"]);
});

test("A database that another process keeps locked is told as such, with what to do", async () => {
  const other = new Database(database);
  other.pragma("locking_mode = exclusive");
  other.exec("begin exclusive");
  await expect(askConfiguration(look, ALICE)).rejects.toThrow(
    `The database ${database} is locked by another process, and was for 5 s: try again once that process is done`,
  );
  other.close();
});

test.each([
  [-1, "start the service of this release once"],
  [1, "use the command of the newer release"],
])("A database whose schema is %i versions from this release's is not read", async (versions, remedy) => {
  const db = new Database(database);
  db.prepare("update media_bridge_schema set version = version + ?").run(versions);
  await expect(askConfiguration(look, ALICE)).rejects.toThrow(remedy);
  db.prepare("update media_bridge_schema set version = version - ?").run(versions);
  db.close();
});

test("A database that was never made is told as such", async () => {
  const empty = mkdtempSync(join(tmpdir(), "media-bridge-never-"));
  writeConfig(empty, join(empty, "media"), {});
  await expect(askConfiguration({ folder: empty }, ALICE)).rejects.toThrow(
    /There is no database .*: the service has not been started with this configuration/,
  );
  expect(readdirSync(empty).toSorted()).toEqual(["media-bridge.yaml", "tokens.yaml"]);
  rmSync(empty, { recursive: true });
});
