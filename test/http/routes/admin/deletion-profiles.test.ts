import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { localPath } from "../../../support/providers.ts";
import { ADMIN, startAdministered } from "../../support/administration.ts";
import { answerAvatars } from "../../support/avatars.ts";
import { ask, LATER, makeFolder, start } from "./deletions.ts";

test("Where profiles are to be kept and no homeserver can tell them, nothing is deleted", async () => {
  const service = await start();
  const mediaId = await service.upload("stays");
  const [status, body] = await ask(service, "POST", `/media/delete?before_ts=${LATER}`);
  expect([status, body["error"]]).toEqual([
    501,
    expect.stringMatching(/media_bridge\.homeserver.*keep_profiles=false/),
  ]);
  expect(Object.keys(service.files())).toEqual([localPath(mediaId)]);
});

test("Where the homeserver does not answer what profiles show, nothing is deleted", async () => {
  const administered = await startAdministered();
  onTestFinished(() => administered.stop());
  const { homeserver, upload, download } = administered;
  const mediaId = await upload("stays");
  homeserver.answer("GET", "/_synapse/admin/v2/users", { status: 500, body: {} });
  const answer = await administered.ask("POST", `${ADMIN}/media/delete?before_ts=${LATER}`);
  expect(answer).toMatchObject({ status: 503, body: { errcode: "M_UNKNOWN" } });
  expect(await download(mediaId)).toBe(200);
});

test.each([
  ["no users at all", { users: [] }, { rooms: [] }],
  ["fewer users than it says that there are", { users: [{ avatar_url: null }], total: 2 }, { rooms: [] }],
  [
    "fewer rooms than it says that there are",
    { users: [{ avatar_url: null }], total: 1 },
    { rooms: [], total_rooms: 1 },
  ],
  ["an empty page after a full one", { users: [{ avatar_url: null }], total: 2, next_token: "1" }, { rooms: [] }],
])("Where the homeserver lists %s, nothing is deleted", async (_title, users, rooms) => {
  const administered = await startAdministered();
  onTestFinished(() => administered.stop());
  const { homeserver, upload, download } = administered;
  const mediaId = await upload("stays");
  homeserver.answer("GET", "/_synapse/admin/v2/users", ({ query }) => ({
    body: query.get("from") === "0" ? users : { users: [], total: 2 },
  }));
  homeserver.answer("GET", "/_synapse/admin/v1/rooms", { body: rooms });
  const answer = await administered.ask("POST", `${ADMIN}/media/delete?before_ts=${LATER}`);
  expect(answer).toMatchObject({ status: 503, body: { errcode: "M_UNKNOWN" } });
  expect(await download(mediaId)).toBe(200);
});

test("Avatars of users and rooms stay, whichever page of the homeserver's lists they are on", async () => {
  const administered = await startAdministered();
  onTestFinished(() => administered.stop());
  const { homeserver, upload } = administered;
  const ids: string[] = [];
  for (const name of ["user", "room", "second room", "none"]) ids.push(await upload(name));
  const [user, room, secondRoom, none] = ids;
  const uris = [room, secondRoom].map((mediaId) => `mxc://example.test/${mediaId}`);
  answerAvatars(homeserver, { users: [`mxc://example.test/${user}`], rooms: [...uris, `mxc://other.test/${none}`] });
  const { body } = await administered.ask("POST", `${ADMIN}/media/delete?before_ts=${LATER}`);
  expect(body).toEqual({ deleted_media: [none], total: 1 });
});

test("Avatars stay by the homeserver's own database, those of users in single rooms as well", async () => {
  const folder = makeFolder();
  const synapse = join(folder, "homeserver.db");
  const database = new Database(synapse);
  const TABLES = [
    ["profiles", "avatar_url"],
    ["room_memberships", "avatar_url"],
    ["user_directory", "avatar_url"],
    ["room_stats_state", "avatar"],
  ] as const;
  for (const [table, column] of TABLES) database.exec(`create table ${table} (${column} text)`);
  const administered = await startAdministered({
    mediaBridge: { homeserver: { database: { name: "sqlite3", args: { database: synapse } } } },
  });
  onTestFinished(() => administered.stop());
  const kept: string[] = [];
  for (const [table, column] of TABLES) {
    const mediaId = await administered.upload(table);
    database.prepare(`insert into ${table} (${column}) values (?)`).run(`mxc://example.test/${mediaId}`);
    kept.push(mediaId);
  }
  database.close();
  const none = await administered.upload("none");
  const { body } = await administered.ask("POST", `${ADMIN}/media/delete?before_ts=${LATER}`);
  expect(body).toEqual({ deleted_media: [none], total: 1 });
  expect(await Promise.all(kept.map((mediaId) => administered.download(mediaId)))).toEqual([200, 200, 200, 200]);
});
