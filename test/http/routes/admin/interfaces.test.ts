import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";

const DOWNLOAD = "/_matrix/client/v1/media/download/example.test";
const DONE = { status: 200, body: {} };

let administered: AdministeredService;
let ask: AdministeredService["ask"];
let mediaId: string;
let number = 0;
beforeAll(async () => {
  administered = await startAdministered();
  ({ ask } = administered);
  administered.homeserver.answer("GET", "/_synapse/admin/v2/users", { body: { users: [], total: 0 } });
});
beforeEach(async () => {
  number += 1;
  mediaId = await administered.upload(`media ${number}`, { by: "bob" });
  const uri = `mxc://example.test/${mediaId}`;
  administered.homeserver.answer("GET", `${ADMIN}/room/!room:example.test/media`, {
    body: { local: [uri], remote: [] },
  });
});
afterAll(() => administered.stop());

const isServed = async () => (await administered.download(mediaId)) === 200;

/** The record of a table's row, which some interfaces send with a request. */
async function recordOf(id: string): Promise<string> {
  return JSON.stringify({ ...(await administered.info(id)), id });
}

describe("The requests of Ketesa and of etkecc/synapse-admin", () => {
  test("list a user's media by any column, and the media of a room whose id is not encoded", async () => {
    const list = `${ADMIN}/users/%40bob%3Aexample.test/media`;
    for (const column of ["media_id", "created_ts", "last_access_ts", "media_length", "media_type", "upload_name"]) {
      const page = await ask("GET", `${list}?from=0&limit=50&order_by=${column}&dir=b`);
      expect(page).toMatchObject({ status: 200, body: { total: number } });
    }
    expect(await ask("GET", `${ADMIN}/room/!room:example.test/media?dir=f&from=0&limit=10&order_by=media_id`)).toEqual({
      status: 200,
      body: { local: [`mxc://example.test/${mediaId}`], remote: [] },
    });
  });

  test("show statistics in pages, sorted and searched", async () => {
    const query = "dir=b&from=0&limit=10&order_by=media_length";
    const answer = await ask("GET", `${ADMIN}/statistics/users/media?${query}`);
    expect(answer.body["users"]).toMatchObject([{ user_id: "@bob:example.test", displayname: "bob" }]);
    const found = await ask("GET", `${ADMIN}/statistics/users/media?${query}&search_term=nobody`);
    expect(found).toEqual({ status: 200, body: { users: [], total: 0 } });
  });

  test("protect media and end that, with a body of {} or a whole record", async () => {
    expect(await ask("POST", `${ADMIN}/media/protect/${mediaId}`, { body: await recordOf(mediaId) })).toEqual(DONE);
    expect(await administered.info(mediaId)).toMatchObject({ safe_from_quarantine: 1 });
    expect(await ask("POST", `${ADMIN}/media/unprotect/${mediaId}`, { body: "{}" })).toEqual(DONE);
    expect(await administered.info(mediaId)).toMatchObject({ safe_from_quarantine: 0 });
  });

  test("quarantine media, look at it nevertheless, and let it go", async () => {
    expect(await ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`, { body: "{}" })).toEqual(DONE);
    expect(await isServed()).toBe(false);
    for (const slash of ["", "/"]) {
      const query = `${slash}?admin_unsafely_bypass_quarantine=true`;
      expect(await administered.download(mediaId, { by: "admin", query })).toBe(200);
    }
    expect(await ask("POST", `${ADMIN}/media/unquarantine/example.test/${mediaId}`)).toEqual(DONE);
    expect(await isServed()).toBe(true);
  });

  test("quarantine all media of a room and of a user", async () => {
    const room = await ask("POST", `${ADMIN}/room/!room:example.test/media/quarantine`, { body: "{}" });
    expect(room).toEqual({ status: 200, body: { num_quarantined: 1 } });
    await administered.upload("another of bob's", { by: "bob" });
    const user = await ask("POST", `${ADMIN}/user/%40bob%3Aexample.test/media/quarantine`, { body: "{}" });
    expect(user).toMatchObject({ status: 200, body: { num_quarantined: expect.any(Number) as unknown } });
    expect(await isServed()).toBe(false);
  });
});

test("Awesome-Technologies/synapse-admin lists, protects, quarantines and counts", async () => {
  const list = `${ADMIN}/users/%40bob%3Aexample.test/media?dir=f&from=0&limit=10&order_by=created_ts`;
  expect((await ask("GET", list)).status).toBe(200);
  const statistics = `${ADMIN}/statistics/users/media?dir=b&from=0&limit=50&order_by=media_length`;
  expect((await ask("GET", statistics)).body["total"]).toBe(1);
  for (const [path, served] of [
    [`media/protect/${mediaId}`, true],
    [`media/unprotect/${mediaId}`, true],
    [`media/quarantine/example.test/${mediaId}`, false],
    [`media/unquarantine/example.test/${mediaId}`, true],
  ] as const) {
    expect(await ask("POST", `${ADMIN}/${path}`)).toEqual(DONE);
    expect([path, await isServed()]).toEqual([path, served]);
  }
});

test("Mjolnir quarantines one media, and all of a user it suspends, and counts them", async () => {
  const one = `${ADMIN}/media/quarantine/${encodeURIComponent("example.test")}/${encodeURIComponent(mediaId)}`;
  expect(await ask("POST", one)).toEqual(DONE);
  expect(await isServed()).toBe(false);
  await administered.upload("what is left", { by: "bob" });
  const user = await ask("POST", `${ADMIN}/user/${encodeURIComponent("@bob:example.test")}/media/quarantine`);
  expect(Number(user.body["num_quarantined"])).toBeGreaterThanOrEqual(1);
  const listed = await ask("GET", `${ADMIN}/users/${encodeURIComponent("@bob:example.test")}/media`);
  const media = listed.body["media"] as { quarantined_by: string | null }[];
  expect(new Set(media.map(({ quarantined_by }) => quarantined_by))).toEqual(new Set(["@admin:example.test"]));
});

test("A bot that polls the changes of the quarantine sees each of them once", async () => {
  const poll = (from: unknown) => ask("GET", `${ADMIN}/media/quarantine_changes?from=${String(from)}`);
  let { next_batch: from } = (await poll(0)).body;
  await ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`);
  const later = await administered.upload(`media ${number}`);
  const first = await poll(from);
  expect(first.body["changes"]).toEqual([
    { origin: "example.test", media_id: mediaId, quarantined: true },
    { origin: "example.test", media_id: later, quarantined: true },
  ]);
  from = first.body["next_batch"];
  expect((await poll(from)).body).toEqual({ next_batch: from, changes: [] });
  await ask("POST", `${ADMIN}/media/unquarantine/example.test/${mediaId}`);
  expect((await poll(from)).body["changes"]).toHaveLength(2);
  for (const wrong of [1_000_000, -1, "x"]) {
    expect(await poll(wrong)).toMatchObject({ status: 400, body: { errcode: "M_INVALID_PARAM" } });
  }
});

test("The path of a download without a file name ends in the id or in a slash", async () => {
  for (const end of ["", "/"]) {
    const answer = await administered.service.request(`${DOWNLOAD}/${mediaId}${end}`, {
      headers: { Authorization: `Bearer ${administered.homeserver.tokenOf("@admin:example.test")}` },
    });
    expect([answer.status, answer.headers.get("content-disposition")]).toEqual([200, "inline"]);
  }
});
