import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { join } from "node:path";
import Database from "better-sqlite3";
import { startStubHomeserver, type StubHomeserver } from "../../homeserver/stub-homeserver.ts";
import { json } from "../../homeserver/stub-homeserver.ts";
import { startPostgres, type TestPostgres } from "../../support/servers/postgres.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../../support/service.ts";

const PATH = "/_synapse/client/org.example.ledger";
const CONFIG = "/_matrix/client/v1/media/config";
const MODULES = [{ typescript: join(FIXTURE_MODULES, "ledger.ts") }, { module: "ledger.Ledger" }];

interface Opened {
  readonly service: TestService;
  close(): Promise<void>;
}

async function openOwn(): Promise<Opened> {
  const service = await startTestService({ config: { modules: MODULES } });
  return { service, close: () => service.stop() };
}

/** The homeserver's database, with a table as Synapse left it. */
async function openPostgres(): Promise<Opened> {
  const [homeserver, postgres]: [StubHomeserver, TestPostgres] = await Promise.all([
    startStubHomeserver(json(200, { user_id: "@alice:example.test" })),
    startPostgres(),
  ]);
  const { default: pg } = await import("pg");
  const client = new pg.Client(postgres.args);
  await client.connect();
  await client.query("create table local_media_repository (media_id text, media_length integer)");
  await client.end();
  const service = await startTestService({
    config: { modules: MODULES },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: homeserver.url, database: { name: "psycopg2", args: postgres.args } },
    },
  });
  return {
    service,
    async close() {
      await service.stop();
      await Promise.all([homeserver.stop(), postgres.stop()]);
    },
  };
}

describe.each([
  { engine: "the service's own SQLite", open: openOwn, seen: 40 },
  { engine: "the homeserver's PostgreSQL", open: openPostgres, seen: undefined },
])("A TypeScript module's database is $engine", ({ open, seen }) => {
  let opened: Opened;
  let service: TestService;
  beforeAll(async () => {
    opened = await open();
    ({ service } = opened);
  });
  afterAll(() => opened?.close());

  const act = async (what: string): Promise<unknown> => (await service.request(`${PATH}/${what}`)).json();

  test("a table made in setup is shared by a Python module, and a callback sees what was committed before it", async () => {
    const mediaId = await service.upload("x".repeat(40));
    const { facts } = await service.log.waitFor(({ message }) => message === "told of an upload");
    const request = expect.any(Number) as unknown;
    expect(facts).toEqual({
      module: "ledger",
      mediaId,
      bytes: seen,
      request,
      requestId: expect.any(String) as unknown,
    });
    await expect.poll(() => act("rows")).toEqual([{ media_id: mediaId, bytes: 40, noted_by: "python" }]);
    expect(await act("writes")).toBe(1);
    const rows = [
      [mediaId, 40, "python"],
      ["by-hand", 50, "typescript"],
    ];
    expect(await (await service.request(CONFIG, { as: "alice" })).json()).toEqual({ rows });
    await expect(service.upload("x".repeat(11))).rejects.toThrow(/413 .*M_TOO_LARGE/);
  });

  test("what a function that throws wrote is taken back, and what takes longer than its deadline as well", async () => {
    const before = await act("rows");
    expect(await act("fails")).toEqual({ name: "RangeError", message: "on second thoughts" });
    expect(await act("late")).toMatchObject({ name: "ModuleDatabaseError", code: "DEADLINE" });
    expect(await act("rows")).toEqual(before);
  });
});

test("A table that a module made is there after a restart", async () => {
  const first = await openOwn();
  const { folder } = first.service;
  await first.service.request(`${PATH}/writes`);
  const database = new Database(join(folder, "data", "media.db"), { readonly: true });
  expect(database.prepare("select media_id from example_ledger").pluck().all()).toEqual(["by-hand"]);
  database.close();
  await first.service.reload(MODULES);
  expect(await (await first.service.request(`${PATH}/rows`)).json()).toHaveLength(1);
  await first.close();
});
