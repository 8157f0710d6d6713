import { execFileSync } from "node:child_process";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { startDatabase } from "../../support/database.ts";
import { INSIDE_MODULES } from "../../support/inside-synapse.ts";
import type { Account } from "../../support/synapse.ts";
import { askedIn, ShadowedSynapse, troublesIn } from "./shadowed-synapse.ts";

const PYTHON = { module: "reaching.Reaching", config: { table: "decider_notes" } };
const TYPESCRIPT = { typescript: `${INSIDE_MODULES}/reaching.ts`, config: { table: "decider_notes" } };
const OF_CANDIDATE = { table: "candidate_notes" };

/** A TypeScript candidate, and a Python one. */
const BESIDE_PYTHON = { ...PYTHON, shadow: { ...TYPESCRIPT, config: OF_CANDIDATE } };
const BESIDE_TYPESCRIPT = { ...TYPESCRIPT, shadow: { ...PYTHON, config: OF_CANDIDATE } };

const started: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one.stop();
});

async function start(engine: "SQLite" | "PostgreSQL", entry: object) {
  const database = await startDatabase(engine === "PostgreSQL" ? "psycopg2" : "sqlite3");
  started.push(database);
  const shadowed = await ShadowedSynapse.start([entry], undefined, database.options);
  started.push(shadowed);
  const { args } = database.options.database ?? {};
  const file = join(shadowed.synapse.folder, "homeserver.db");
  return {
    shadowed,
    count: (table: string) => (args === undefined ? countInFile(file, table) : countByPsql(args, table)),
  };
}

/** How many rows a table has; null where there is no such table. */
function countInFile(file: string, table: string): number | null {
  const db = new Database(file, { readonly: true });
  try {
    const isThere = db.prepare("select 1 from sqlite_master where name = ?").get(table) !== undefined;
    return isThere ? (db.prepare(`select count(*) from ${table}`).pluck().get() as number) : null;
  } finally {
    db.close();
  }
}

function countByPsql(args: Record<string, unknown>, table: string): number | null {
  const { host, port, user, password, database } = args;
  const ask = (sql: string) =>
    execFileSync(
      "psql",
      ["-XAtq", "-h", String(host), "-p", String(port), "-U", String(user), String(database), "-c", sql],
      {
        encoding: "utf8",
        env: { ...process.env, PGPASSWORD: String(password) },
      },
    ).trim();
  return ask(`select to_regclass('${table}')`) === "" ? null : Number(ask(`select count(*) from ${table}`));
}

async function hold(synapse: ShadowedSynapse["synapse"], account: Account, content: object): Promise<void> {
  const path = `/_matrix/client/v3/user/${encodeURIComponent(account.userId)}/account_data/org.example.most`;
  expect((await synapse.ask("PUT", path, account, JSON.stringify(content), "application/json")).status).toBe(200);
}

describe("A candidate inside a Synapse", () => {
  test.each([
    ["in TypeScript", "SQLite", BESIDE_PYTHON],
    ["in Python", "SQLite", BESIDE_TYPESCRIPT],
    ["in Python beside a Python module", "SQLite", { ...PYTHON, shadow: { ...PYTHON, config: OF_CANDIDATE } }],
    ["in TypeScript", "PostgreSQL", BESIDE_PYTHON],
    ["in Python", "PostgreSQL", BESIDE_TYPESCRIPT],
  ] as const)(
    "asks that Synapse and its database, %s, on %s, and changes nothing there",
    { timeout: 120_000 },
    async (_what, engine, entry) => {
      const { shadowed, count } = await start(engine, entry);
      const { synapse } = shadowed;
      await synapse.logged(/the shadow of a module is asked from now on/);
      const [alice, { admin }] = [await synapse.register("alice"), synapse];
      await synapse.giveAddress(alice, "alice@example.test");
      for (const account of [alice, admin]) await hold(synapse, account, { most: 5 });
      const statuses = [];
      for (const [account, body] of [
        [alice, "12345"],
        [alice, "123456"],
        [admin, "1"],
      ] as const) {
        statuses.push((await synapse.upload(account, body)).status);
      }
      expect(statuses).toEqual([200, 413, 413]);
      const report = await shadowed.reported((found) => askedIn(found) >= 3);
      expect(troublesIn(report)).toEqual({});
      expect([count("decider_notes"), count("candidate_notes")]).toEqual([3, null]);
    },
  );
});
