import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { loadFailing, loadText, withRequired, writeFolder } from "../folder.ts";

const GUARD = "  upstream: {url: 'http://h'}\n  homeserver: {url: 'http://h'}";
const POSTGRES =
  "database: {name: psycopg2, allow_unsafe_locale: true, what_is_this: 1, args: {user: s, password: p, cp_max: 7}}";
const MODULE = "modules: [{module: a.B}]";

function databaseOf(topLevel: string, own: string) {
  const { config, warnings, folder } = loadText(topLevel, own);
  const { homeserver, decidedBy } = config.mediaBridge.moduleDatabase;
  return { homeserver, decidedBy, warnings, file: `${folder}/c.yaml` };
}

describe("in front of a Synapse modules work on the database of Synapse's own file", () => {
  test("PostgreSQL, with what only Synapse knows left out", () => {
    const { homeserver, decidedBy, warnings, file } = databaseOf(`${MODULE}\n${POSTGRES}`, GUARD);
    expect(homeserver).toEqual({ name: "psycopg2", args: { user: "s", password: "p", cp_max: 7 }, session: {} });
    expect(decidedBy).toEqual({ key: "database", file });
    expect(warnings).toEqual([]);
  });

  test("SQLite, whose path is relative to the working directory, as in Synapse", () => {
    const { homeserver } = databaseOf("database: {args: {database: homeserver.db}}", GUARD);
    expect(homeserver).toMatchObject({ name: "sqlite3", args: { database: resolve("homeserver.db") } });
  });

  test("Modules work on the one of several databases that has the main store", () => {
    const several =
      "databases:\n  s: {name: psycopg2, args: {user: b}, data_stores: [state]}\n  m: {name: psycopg2, args: {user: a}, data_stores: [main]}";
    const { homeserver, decidedBy } = databaseOf(several, GUARD);
    expect([homeserver?.args, decidedBy?.key]).toEqual([{ user: "a" }, "databases.m"]);
  });

  test("unless media_bridge.homeserver.database says otherwise", () => {
    const own = databaseOf(`${MODULE}\n${POSTGRES}`, `${GUARD.slice(0, -1)}, database: own}`);
    expect([own.homeserver, own.decidedBy?.key, own.warnings]).toEqual([
      undefined,
      "media_bridge.homeserver.database",
      [],
    ]);
    const other = databaseOf(POSTGRES, `${GUARD.slice(0, -1)}, database: {name: sqlite3, args: {database: x.db}}}`);
    expect(other.homeserver?.name).toBe("sqlite3");
    expect(other.decidedBy?.key).toBe("media_bridge.homeserver.database");
  });

  test("A database that modules cannot use is refused, with the key that names another", () => {
    expect(loadFailing({ "c.yaml": withRequired("database: {name: mysql}", GUARD) })).toMatch(
      /^c\.yaml:2: database\.name: expected one of sqlite3, psycopg2, found text\n {2}.*media_bridge\.homeserver\.database/,
    );
  });

  test("A warning says that modules get the service's own database where no file names Synapse's", () => {
    expect(databaseOf(MODULE, GUARD).warnings).toEqual([
      expect.stringMatching(/^media_bridge\.homeserver\.database: modules get the service's own database/),
    ]);
    expect(databaseOf("modules: [{typescript: x}]", GUARD).warnings).toEqual([]);
  });
});

describe("where the service keeps the media", () => {
  test("Synapse's file decides nothing, and may name a database that is not known here", () => {
    const { homeserver, decidedBy } = databaseOf("database: {name: mysql}", "  homeserver: {url: 'http://h'}");
    expect([homeserver, decidedBy]).toEqual([undefined, undefined]);
  });

  test("own is the service's own, and a mapping the homeserver's, relative to its file", () => {
    const own = databaseOf("", "  homeserver: {url: 'http://h', database: own}");
    expect([own.homeserver, own.decidedBy?.key]).toEqual([undefined, "media_bridge.homeserver.database"]);
    const folder = writeFolder({
      "c.yaml": withRequired("", "  homeserver: {url: 'http://h', database: {name: sqlite3, args: {database: hs.db}}}"),
    });
    const { moduleDatabase } = loadConfig([`${folder}/c.yaml`]).config.mediaBridge;
    expect(moduleDatabase.homeserver?.args["database"]).toBe(`${folder}/hs.db`);
  });

  test("a database that goes unused for want of a homeserver is a warning", () => {
    expect(databaseOf(`${MODULE}\n${POSTGRES}`, "").warnings).toEqual([
      expect.stringMatching(
        /c\.yaml:3: database: modules get the service's own database\. To give them this one, set media_bridge/,
      ),
    ]);
  });

  test.each([
    ["mine", /homeserver\.database: expected own, or a mapping with name and args, found text$/],
    ["{name: mysql, args: {}}", /homeserver\.database\.name: expected one of sqlite3, psycopg2, found text$/],
    [
      "{name: sqlite3, args: {}}",
      /homeserver\.database\.args: expected the path of the database file as database, found none$/,
    ],
    [
      "{name: psycopg2, args: {}, txn_limt: 1}",
      /homeserver\.database\.txn_limt: unknown key, did you mean txn_limit\?$/,
    ],
  ])("%s is refused", (database, message) => {
    const own = `  homeserver: {url: 'http://h', database: ${database}}`;
    expect(loadFailing({ "c.yaml": withRequired("", own) })).toMatch(message);
  });
});
