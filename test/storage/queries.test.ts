import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { describe, expect, it } from "vitest";
import { createQueries, type MediaTables } from "../../src/storage/queries.ts";
import { bindMedia, bindUpload, SQL } from "../../src/storage/sqlite/statements.ts";
import { newMedia } from "../contract/media-rows.ts";

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

describe("the statements of SQLite", () => {
  it.each([
    ["insertMedia", queries.insertMedia(media).compile(), bindMedia(media)],
    ["insertUpload", queries.insertUpload(media).compile(), bindUpload(media)],
    ["selectMedia", queries.selectMedia("held").compile(), ["held"]],
    ["sumUploads", queries.sumUploads("@a:b", 1, 2).compile(), ["@a:b", 1, 2]],
  ] as const)(
    "%s is what its query compiles to, with its parameters in that order",
    (name, { sql, parameters }, bound) => {
      expect(SQL[name]).toBe(sql);
      expect(parameters).toEqual(bound);
    },
  );
});
