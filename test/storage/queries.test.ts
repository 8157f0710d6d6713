import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { describe, expect, it } from "vitest";
import { createQueries, type MediaTables } from "../../src/storage/queries.ts";
import { bindFill, bindPending, PENDING_SQL } from "../../src/storage/sqlite/pending-rows.ts";
import { bindMedia, bindUpload, SQL } from "../../src/storage/sqlite/statements.ts";
import { newMedia, uploadedMedia } from "../contract/media-rows.ts";

const db = new Kysely<MediaTables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
const queries = createQueries(db, Number);
const media = newMedia({ mediaId: "held", uploadName: "a name" });
const uploaded = uploadedMedia({ mediaId: "held", uploadName: "a name" });
const pending = { mediaId: "held", createdTs: 1, userId: "@a:b", authenticated: true };

describe("the statements of SQLite", () => {
  it.each([
    ["insertMedia", queries.insertMedia(media).compile(), bindMedia(media)],
    ["insertUpload", queries.insertUpload(uploaded).compile(), bindUpload(uploaded)],
    ["selectMedia", queries.selectMedia("held").compile(), ["held"]],
    ["insertPending", queries.insertPending(pending).compile(), bindPending(pending)],
    ["selectPending", queries.selectPending("held").compile(), ["held"]],
    ["countPending", queries.countPending("@a:b", 1).compile(), ["@a:b", 1]],
    ["fillPending", queries.fillPending(uploaded).compile(), bindFill(uploaded)],
    ["touchMedia", queries.touchMedia("held", 3).compile(), [3, "held"]],
    ["sumUploads", queries.sumUploads("@a:b", 1, 2).compile(), ["@a:b", 1, 2]],
  ] as const)(
    "%s is what its query compiles to, with its parameters in that order",
    (name, { sql, parameters }, bound) => {
      expect({ ...SQL, ...PENDING_SQL }[name]).toBe(sql);
      expect(parameters).toEqual(bound);
    },
  );
});
