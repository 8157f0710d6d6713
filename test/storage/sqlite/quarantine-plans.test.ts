import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { QUARANTINE_SQL } from "../../../src/storage/sql/media/quarantine-statements.ts";
import { ADMINISTRATION_SQL, MEDIA_PAGE_SQL } from "../../../src/storage/sql/administration-statements.ts";
import { MIGRATIONS } from "../../../src/storage/sqlite/schema-steps.ts";

/** How SQLite carries out a statement. */
function planOf(text: string): string {
  const db = new Database(":memory:");
  for (const step of MIGRATIONS) db.exec(step);
  const parameters = Array.from({ length: text.split("?").length - 1 }, () => 1);
  const rows = db.prepare(`explain query plan ${text}`).all(...parameters) as { readonly detail: string }[];
  db.close();
  return rows.map(({ detail }) => detail).join("\n");
}

test("An upload of content that many have uploaded before looks at quarantined media alone", () => {
  const plan = planOf(QUARANTINE_SQL.isQuarantined);
  expect(plan).toContain("INDEX media_bridge_quarantined_local_media (sha256=?)");
  expect(plan).toContain("INDEX media_bridge_quarantined_remote_media (sha256=?)");
});

test.each([
  ["uploaders", ADMINISTRATION_SQL.uploaders],
  ["ofUser", QUARANTINE_SQL.ofUser],
])("The pieces of a long list are found by an index, without a sort of what comes before and after: %s", (_, text) => {
  expect(planOf(text)).toMatch(/^SEARCH local_media_repository USING (?:COVERING )?INDEX users_have_local_media/);
  expect(planOf(text)).not.toMatch(/USE TEMP B-TREE FOR (?:GROUP|ORDER) BY/);
});

test.each([
  ["pieceOf", QUARANTINE_SQL.pieceOf, "media_bridge_local_media_by_content (sha256=? AND media_id>?)"],
  ["notePiece", QUARANTINE_SQL.notePiece, "(sha256=? AND media_id>? AND media_id<?)"],
  ["markPiece", QUARANTINE_SQL.markPiece, "(sha256=? AND media_id>? AND media_id<?)"],
  ["quarantinedOf", QUARANTINE_SQL.quarantinedOf, "media_bridge_quarantined_local_media (sha256=?)"],
  ["releasePiece", QUARANTINE_SQL.releasePiece, "(sha256=? AND media_id>? AND media_id<?)"],
])("A piece of the media of one content is found by an index, without a look at the rest: %s", (_, text, index) => {
  expect(planOf(text)).toContain(index);
  expect(planOf(text)).not.toContain("USE TEMP B-TREE FOR ORDER BY");
});

test.each(Object.entries(MEDIA_PAGE_SQL))("What a page of media skips is sorted without its rows: %s", (_, text) => {
  expect(planOf(text)).toMatch(/^SEARCH local_media_repository USING INDEX \w+ \(media_id=\?\)\nLIST SUBQUERY/);
});
