import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startStubHomeserver, type StubHomeserver } from "../../http/support/stub-homeserver.ts";
import { refuse } from "../../cli/refusals.ts";
import { CliFolder } from "../../support/cli.ts";
import { startPostgres, type TestPostgres } from "../../support/servers/postgres.ts";
import { testPython } from "../../support/python.ts";
import { FIXTURE_MODULES, startTestService, type TestService, type TestUser } from "../../support/service.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const CONFIG = "/_matrix/client/v1/media/config";

async function ask(service: TestService, as: TestUser): Promise<Record<string, unknown>> {
  return (await (await service.request(CONFIG, { as })).json()) as Record<string, unknown>;
}

/** What the module has noted, once it has noted so many: it is told after the client is answered. */
async function waitForRows(service: TestService, count: number): Promise<unknown[][]> {
  for (;;) {
    const { seen } = (await ask(service, "alice")) as { seen: unknown[][] };
    if (seen.length >= count) return seen;
  }
}

describe("run_db_interaction on the service's own database", () => {
  let service: TestService;
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  const fifo = join(folder, "fifo");
  beforeAll(async () => {
    execFileSync("mkfifo", [fifo]);
    service = await startTestService({ config: { modules: [{ module: "database.Database", config: { fifo } }] } });
  });
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  test("sees an upload as soon as it is answered, and keeps tables of its own", async () => {
    const mediaId = await service.upload("x".repeat(40), { query: "?filename=a.txt" });
    expect(await ask(service, "bob")).toEqual({ media: [[mediaId, 40, "@alice:example.test", "a.txt"]] });
    expect(await waitForRows(service, 1)).toEqual([[mediaId, "@alice:example.test", 40]]);
    await expect(service.upload("x".repeat(61))).rejects.toThrow(/413 .*M_TOO_LARGE/);
  });

  test("holds the database, and downloads are answered meanwhile, uploads wait and then succeed", async () => {
    const mediaId = await service.upload("read me", { as: "carol" });
    await waitForRows(service, 2);
    const freeMs = await downloadMany(service, mediaId);
    const held = ask(service, "admin");
    // Opens once the module has opened its side: the transaction holds the lock from here on.
    const word = await open(fifo, "w");
    const order: string[] = [];
    const upload = service.upload("wait for me", { as: "carol" });
    void upload.then(() => order.push("uploaded"));
    // Were the lock waited for on the event loop, downloads would take as long as that.
    expect(await downloadMany(service, mediaId)).toBeLessThan(10 * freeMs);
    order.push("downloaded");
    expect(order).toEqual(["downloaded"]);
    await word.writeFile("go on");
    await word.close();
    expect(await held).toEqual({ word: "go on" });
    const stored = await upload;
    const { media } = (await ask(service, "bob")) as { media: unknown[][] };
    expect(media.map(([id]) => id)).toContain(stored);
    expect(service.log.text()).not.toContain("checkpoint failed");
  });
});

const DOWNLOADS = 300;

/** Milliseconds that one of many downloads takes. */
async function downloadMany(service: TestService, mediaId: string): Promise<number> {
  const path = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
  const start = performance.now();
  for (let turn = 0; turn < DOWNLOADS; turn += 1) {
    const answer = await service.request(path, { as: "carol" });
    expect(await answer.text()).toBe("read me");
  }
  return (performance.now() - start) / DOWNLOADS;
}

describe("run_db_interaction on a homeserver's database", () => {
  let homeserver: StubHomeserver;
  let postgres: TestPostgres;
  beforeAll(async () => {
    [homeserver, postgres] = await Promise.all([startStubHomeserver(), startPostgres()]);
  });
  afterAll(async () => {
    await Promise.all([homeserver?.stop(), postgres?.stop()]);
  });

  const start = (database: object) =>
    startTestService({
      config: { modules: [{ module: "database.Database" }] },
      mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url, database } },
    });

  test("works with PostgreSQL, whose password stays out of the log, of arguments and of environments", async () => {
    const service = await start({ name: "psycopg2", args: { ...postgres.args, cp_min: 1, cp_max: 2 }, txn_limit: 10 });
    try {
      const mediaId = await service.upload("x".repeat(40));
      expect(await waitForRows(service, 1)).toEqual([[mediaId, "@alice:example.test", 40]]);
      await expect(service.upload("x".repeat(61))).rejects.toThrow(/413 .*M_TOO_LARGE/);
      expect(service.log.text()).not.toContain(postgres.args.password);
      expect(secretsOfChildren()).not.toContain(postgres.args.password);
    } finally {
      await service.stop();
    }
  });

  test("works with SQLite, beside the homeserver's own process", async () => {
    const path = join(createTemporaryFolder(), "homeserver.db");
    const other = new Database(path);
    other.exec("pragma journal_mode = wal; create table users (name text); insert into users values ('@alice:x')");
    const service = await start({ name: "sqlite3", args: { database: path } });
    try {
      const mediaId = await service.upload("x".repeat(40));
      expect(await waitForRows(service, 1)).toHaveLength(1);
      expect(other.prepare("select media_id from uploads_seen").pluck().all()).toEqual([mediaId]);
    } finally {
      await service.stop();
      other.close();
    }
  });

  test("A start without the driver of the homeserver's database ends, and names the remedy", async () => {
    const database = { name: "psycopg2", args: { host: "/nowhere", password: "s3cret-word" } };
    const folder = new CliFolder({
      config: { modules: [{ module: "database.Database" }] },
      mediaBridge: {
        tokens_file: undefined,
        homeserver: { url: homeserver.url, database },
        python: { executable: testPython(), path: [FIXTURE_MODULES, "./without"] },
      },
    });
    execFileSync("mkdir", [join(folder.path, "without")]);
    writeFileSync(join(folder.path, "without", "psycopg2.py"), "raise ImportError('no libpq')\n");
    const message = await refuse(folder, ["check"]);
    expect(message).toMatch(
      /media_bridge\.homeserver\.database: .*python has no psycopg2 that can be used \(no libpq\); install with: .*-m pip install -r .*requirements-postgres\.txt/,
    );
    expect(message).not.toContain("s3cret-word");
  });
});

/** Arguments and environments of every process below this one. */
function secretsOfChildren(): string {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readIfThere(`/proc/${pid}/cmdline`) + readIfThere(`/proc/${pid}/environ`)).join("\n");
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
