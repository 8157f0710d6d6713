import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const STORAGE = fileURLToPath(new URL("../../../src/storage", import.meta.url));
/** The texts of statements, those that change a schema, and what modules send. */
const MAY_HOLD_SQL = /^(?:sql\/|module-database\/|sqlite\/(?:migrations|schema-steps)\.ts$)/;
const COMMENT = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g;
const LITERAL = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
const STATEMENT =
  /\b(?:select\b[^]*\bfrom|select\s+\d|insert\s+(?:or\s+\w+\s+)?into|update\s+\S+\s+set|delete\s+from|(?:create|drop|alter)\s+(?:unique\s+)?(?:table|index))\b/i;

const files = readdirSync(STORAGE, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));

test("SQL texts lie in storage/sql, and in no other file of storage but the migrations and modules' own databases", () => {
  expect(files.filter((path) => !MAY_HOLD_SQL.test(path) && statementsIn(read(path)).length > 0)).toEqual([]);
});

test("No SQL text is written twice", async () => {
  const modules = await Promise.all(
    files.filter((path) => path.startsWith("sql/")).map((path) => import(join(STORAGE, path)) as Promise<object>),
  );
  const tables = modules.flatMap((module) => Object.entries(module)).filter(([name]) => name.endsWith("_SQL"));
  const texts = tables.flatMap(([, table]) => Object.values(table as Record<string, string>));
  expect(texts.length).toBeGreaterThan(30);
  expect(texts.filter((text, index) => texts.indexOf(text) < index)).toEqual([]);
});

test("Statements name no feature that SQLite has alone", () => {
  const texts = files.filter((path) => path.startsWith("sql/")).flatMap((path) => statementsIn(read(path)));
  expect(texts.filter((text) => /\browid\b|\binsert or\b|:\w+/i.test(text))).toEqual([]);
});

test("The finder of SQL tells statements from sentences", () => {
  expect(statementsIn('db.prepare("select version from t");\nconst a = `delete from ${table}`;')).toHaveLength(2);
  expect(
    statementsIn('"insert or replace into t values (?)", "update t set a = 1", "select 1 where exists (…)"'),
  ).toHaveLength(3);
  expect(
    statementsIn('// select a from b\n/** delete from c */ const d = "the rows that we select, and the update";'),
  ).toEqual([]);
});

function read(path: string): string {
  return readFileSync(join(STORAGE, path), "utf8");
}

function statementsIn(source: string): string[] {
  return (source.replace(COMMENT, "").match(LITERAL) ?? []).filter((literal) => STATEMENT.test(literal));
}
