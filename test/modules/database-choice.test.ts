import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, startStubHomeserver, type StubHomeserver } from "../homeserver/stub-homeserver.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { CliFolder } from "../support/cli.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const PYTHON = { module: "synapse_reader.Reader" };
const TYPESCRIPT = join(FIXTURE_MODULES, "synapse-reader.ts");
const REFUSED = /^media_bridge\.homeserver\.database: expected Synapse's database \(docs\/database\.md\), or own /;

let homeserver: StubHomeserver;
beforeAll(async () => {
  homeserver = await startStubHomeserver(json(200, { user_id: "@alice:example.test" }));
});
afterAll(() => homeserver?.stop());

function start(modules: object[], mediaBridge: object, config: object = {}): Promise<TestService> {
  return startTestService({ config: { modules, ...config }, mediaBridge: { tokens_file: undefined, ...mediaBridge } });
}
const undecided = () => ({ homeserver: { url: homeserver.url, database: undefined } });
const own = () => ({ homeserver: { url: homeserver.url, database: "own" } });

/** What check says where modules work on a database of the homeserver's. */
async function checkWith(database: object): Promise<string> {
  const mediaBridge = { tokens_file: undefined, homeserver: { url: homeserver.url, database } };
  const folder = new CliFolder({ config: { modules: [PYTHON] }, mediaBridge, pythonPath: [FIXTURE_MODULES] });
  return (await folder.end(["check"])).stdout;
}

async function answerOf(service: TestService): Promise<unknown> {
  try {
    return await (await service.request(CONFIG, { as: "alice" })).json();
  } finally {
    await service.stop();
  }
}

/** A database with a user, as Synapse would have it. */
function synapseDatabase(): string {
  const path = join(createTemporaryFolder(), "homeserver.db");
  const database = new Database(path);
  database.exec("pragma journal_mode = wal; create table users (name text); insert into users values ('@bob:synapse')");
  database.close();
  return path;
}

describe("Where the service keeps the media beside a homeserver", () => {
  test("a Python module ends the start until it is said which database modules work on", async () => {
    await expect(start([PYTHON], undecided())).rejects.toThrow(REFUSED);
    const fallback = { ...undecided(), upstream: { url: homeserver.url, mode: "fallback" } };
    await expect(start([PYTHON], fallback)).rejects.toThrow(/synapse_reader\.Reader is a Python module/);
    await (await start([PYTHON], own())).stop();
  });

  test("check refuses as well, and says which database modules get once it is said", async () => {
    const options = { config: { modules: [PYTHON] }, pythonPath: [FIXTURE_MODULES] };
    const refused = new CliFolder({ ...options, mediaBridge: { tokens_file: undefined, ...undecided() } });
    const { status, stderr } = await refused.end(["check"]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/media-bridge: media_bridge\.homeserver\.database: expected/),
    ]);
    const path = synapseDatabase();
    const database = { name: "sqlite3", args: { database: path } };
    const decided = new CliFolder({
      ...options,
      mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url, database } },
    });
    const checked = await decided.end(["check"]);
    expect(checked.stdout).toContain(
      `modules get:  SQLite, ${path} (media_bridge.homeserver.database in ${decided.config})\n`,
    );
    expect(checked.status).toBe(0);
  });

  test("check warns of a database file that is not there, and shows no connection string", async () => {
    const path = join(createTemporaryFolder(), "missing.db");
    expect(await checkWith({ name: "sqlite3", args: { database: path } })).toContain(
      `media_bridge.homeserver.database: there is no file ${path}, and modules that use the database fail`,
    );
    for (const dbname of ["postgresql://synapse:hunter22@db/synapse", "dbname=synapse password=hunter22"]) {
      const said = await checkWith({ name: "psycopg2", args: { dbname } });
      expect(said).toContain("modules get:  PostgreSQL, the database of a connection string (");
      expect(said).not.toContain("hunter22");
    }
  });

  test("a TypeScript module ends it where it asks for a database, also if it gets by without", async () => {
    for (const when of ["setup", "swallowed"]) {
      const refused = start([{ typescript: TYPESCRIPT, config: { when } }], undecided());
      await expect(refused).rejects.toThrow(/The module synapse-reader asks for one$/);
    }
    await (await start([{ typescript: TYPESCRIPT, config: { when: "never" } }], undecided())).stop();
  });

  test("a TypeScript module that asks later is refused then, and the log names the key", async () => {
    const service = await start([{ typescript: TYPESCRIPT }], undecided());
    const { status } = await service.request(CONFIG, { as: "alice" });
    await service.stop();
    expect(status).toBe(500);
    expect(service.log.text()).toMatch(/media_bridge\.homeserver\.database: expected Synapse's database/);
  });

  test("modules without a homeserver start, on the service's own", async () => {
    const service = await startTestService({ config: { modules: [PYTHON, { typescript: TYPESCRIPT }] } });
    expect((await service.request("/health")).status).toBe(200);
    await service.stop();
  });
});

describe("In front of a Synapse", () => {
  test.each([
    ["Python", PYTHON, { python: ["@bob:synapse"] }],
    ["TypeScript", { typescript: TYPESCRIPT }, { typescript: [{ name: "@bob:synapse" }] }],
  ])("a %s module reads the database of Synapse's own file", async (_, module, answer) => {
    const database = { name: "sqlite3", args: { database: synapseDatabase(), cp_max: 1 } };
    expect(
      await answerOf(await start([module], { ...undecided(), upstream: { url: homeserver.url } }, { database })),
    ).toEqual(answer);
  });
});

describe("A table of Synapse's that is not there", () => {
  test("names the key, in what a Python module gets and in the log, also where it swallows the error", async () => {
    for (const swallows of [false, true]) {
      const service = await start([{ ...PYTHON, config: { swallows } }], own());
      await answerOf(service);
      const hint =
        "modules work on the service's own database, and this table is Synapse's: set media_bridge.homeserver.database";
      expect(service.log.text()).toContain(`users: there is no such table: ${hint}`);
      expect(service.log.text().includes(`no such table: users (${hint}`)).toBe(!swallows);
    }
  });

  test("names the key in what a TypeScript module gets", async () => {
    const service = await start([{ typescript: TYPESCRIPT }], own());
    await answerOf(service);
    expect(service.log.text()).toMatch(/no such table: users \(.* set media_bridge\.homeserver\.database to Synapse's/);
  });

  test("names the key in the log also where a TypeScript module swallows the error, once", async () => {
    const quiet = new URL("../fixtures/bad-modules/quiet.ts", import.meta.url).pathname;
    const service = await start([{ typescript: quiet }], own());
    await service.request(CONFIG, { as: "alice" });
    await answerOf(service);
    const hint = /no such table: users \([^)]*set media_bridge\.homeserver\.database to Synapse's database\)/g;
    expect(service.log.text().match(hint)).toHaveLength(1);
  });

  test("names the database that is not Synapse's, and leaves tables of modules alone", async () => {
    const path = join(createTemporaryFolder(), "other.db");
    new Database(path).exec("create table other (name text)").close();
    const database = { name: "sqlite3", args: { database: path } };
    const mediaBridge = { homeserver: { url: homeserver.url, database } };
    const ofSynapse = await start([PYTHON], mediaBridge);
    await answerOf(ofSynapse);
    const said = "media_bridge.homeserver.database names a database that is not Synapse's, or not a whole one";
    expect(ofSynapse.log.text()).toContain(`no such table: users (${said})`);
    const ofModule = await start([{ ...PYTHON, config: { table: "org_example_names" } }], mediaBridge);
    await answerOf(ofModule);
    expect(ofModule.log.text()).toContain("no such table: org_example_names");
    expect(ofModule.log.text()).not.toContain("homeserver.database");
  });
});
