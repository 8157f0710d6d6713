import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { MIGRATIONS } from "../../../src/storage/sqlite/schema-steps.ts";

const SQL = fileURLToPath(new URL("../../../src/storage/sql", import.meta.url));
/** Statements that may read all of a table, and why. */
const READ_ALL: Readonly<Record<string, string>> = {
  "ADMINISTRATION_SQL.exceeds": "it ends after so many rows",
  "AUDIT_SQL.count": "the command `verify` alone, in a process of its own",
  "COPIES_SQL.counts": "what waits, for metrics",
  "DELETION_SQL.count": "what is being deleted, for metrics",
  "DELETION_SQL.steps": "what is being deleted, at a start",
  "GUARD_SQL.doubtAll": "uploads under way, at a start",
  "GUARD_SQL.finishImport": "it has a row",
  "GUARD_SQL.unfinishedImport": "it has a row",
  "JOB_SQL.list": "it has a row for each job",
  "LEFTOVER_SQL.countUnused": "ids without content, by their index",
  "LEFTOVER_SQL.removeUnused": "ids without content, by their index",
  "QUARANTINE_SQL.unfinished": "contents that are quarantined, at a start",
  "REFUSAL_SQL.last": "the newest first, up to a number",
  "USAGE_LOOK_SQL.isUnderWay": "uploads under way, without the service",
};
/** Each index of the service's own, and a statement that would be slow without it. */
const FOUND_BY: Readonly<Record<string, string>> = {
  media_bridge_deletion_steps_due: "DELETION_SQL.due",
  media_bridge_local_media_by_content: "QUARANTINE_SQL.pieceOf",
  media_bridge_pending_by_user: "PENDING_SQL.count",
  media_bridge_pending_stores_by_file: "DELETION_SQL.deleteCopies",
  media_bridge_pending_stores_due: "COPIES_SQL.due",
  media_bridge_quarantined_local_media: "QUARANTINE_SQL.isQuarantined",
  media_bridge_quarantined_remote_media: "QUARANTINE_SQL.isQuarantined",
  media_bridge_refusals_by_time: "REFUSAL_SQL.pruneOld",
  media_bridge_refusals_by_user: "REFUSAL_QUERY_SQL.ofUser",
  media_bridge_remote_media_by_content: "LEFTOVER_SQL.pictures",
  media_bridge_uploads_by_user: "USAGE_SQL.sum",
  media_bridge_upstream_created_by_expiry: "GUARD_SQL.dropExpired",
  media_bridge_upstream_doubted_by_user: "GUARD_SQL.isDoubted",
  users_have_local_media: "MEDIA_PAGE_SQL.created_ts up",
};
/** Indexes that Synapse has: the SQL of modules relies on them. */
const SYNAPSES = /^local_media_repository_/;

/** The statements of the service, by table and name; `AVATAR_SQL` is about a Synapse's database. */
const statements = new Map<string, string>();
for (const path of readdirSync(SQL, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
  for (const [table, texts] of Object.entries((await import(join(SQL, path))) as object)) {
    if (!table.endsWith("_SQL") || table === "AVATAR_SQL") continue;
    for (const [name, text] of Object.entries(texts as Record<string, string>))
      statements.set(`${table}.${name}`, text);
  }
}

function openSchema(): Database.Database {
  const db = new Database(":memory:");
  onTestFinished(() => void db.close());
  for (const step of MIGRATIONS) db.exec(step);
  return db;
}

/** How SQLite carries out each statement. It keeps no statistics: the rows change nothing of this. */
function plansOf(db: Database.Database): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...statements].map(([name, text]) => {
      const parameters = Array.from({ length: text.split("?").length - 1 }, () => 1);
      const rows = db.prepare(`explain query plan ${text}`).all(...parameters) as { readonly detail: string }[];
      return [name, rows.map(({ detail }) => detail)];
    }),
  );
}

/** The statements that look at rows that they do not want, or sort what an index has in order. */
function findSlow(db: Database.Database): string[] {
  return [...plansOf(db)].flatMap(([name, plan]) => {
    const isSlow = plan.some((step) => {
      if (/^SCAN (?!CONSTANT ROW|\(subquery|a$)/.test(step)) return READ_ALL[name] === undefined;
      // A user's media has eight orders, of which an index has one.
      return /AUTOMATIC|TEMP B-TREE/.test(step) && !name.startsWith("MEDIA_PAGE_SQL.");
    });
    return isSlow ? [`${name}: ${plan.join(", ")}`] : [];
  });
}

test("Each statement finds its rows by an index, but for those that want all", () => {
  expect(statements.size).toBeGreaterThan(80);
  expect(findSlow(openSchema())).toEqual([]);
});

test("Each statement that may read a whole table does so", () => {
  const plans = plansOf(openSchema());
  const scans = Object.keys(READ_ALL).filter((name) => plans.get(name)?.some((step) => step.startsWith("SCAN ")));
  expect(scans).toEqual(Object.keys(READ_ALL));
});

test("Each index finds rows for a statement, and there is no other", () => {
  const db = openSchema();
  const plans = plansOf(db);
  const users = (index: string) =>
    [...plans].filter(([, plan]) => plan.some((step) => step.includes(`INDEX ${index}`))).map(([name]) => name);
  for (const [index, statement] of Object.entries(FOUND_BY)) expect([index, users(index)]).toEqual([index, expect.arrayContaining([statement])]); // prettier-ignore
  const names = db.prepare("select name from sqlite_schema where type = 'index' and sql is not null").pluck().all();
  const own = (names as string[]).filter((name) => !SYNAPSES.test(name));
  expect(own.toSorted()).toEqual(Object.keys(FOUND_BY));
});
