import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";

const BYPASS = "?admin_unsafely_bypass_quarantine=true";

let administered: AdministeredService;
let mediaId: string;
beforeAll(async () => {
  administered = await startAdministered();
  mediaId = await administered.upload("quarantined");
  await administered.ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`);
});
afterAll(() => administered.stop());

test("An administrator who asks for it sees what is quarantined", async () => {
  const { download } = administered;
  expect(await download(mediaId, { by: "admin" })).toBe(404);
  expect(await download(mediaId, { by: "admin", query: BYPASS })).toBe(200);
  expect(await download(mediaId, { by: "admin", query: `/${BYPASS}` })).toBe(200);
  expect(await download(mediaId, { by: "admin", query: `/a.txt${BYPASS}` })).toBe(200);
});

test("Another user is refused, whether or not there is such media", async () => {
  const answer = { status: 400, body: { errcode: "M_UNKNOWN" } };
  for (const id of [mediaId, "unknown"]) {
    const path = `/_matrix/client/v1/media/download/example.test/${id}${BYPASS}`;
    expect(await administered.ask("GET", path, { by: "alice" })).toMatchObject(answer);
  }
});

test.each(["false", "1", "True", ""])("The value %j asks for nothing", async (value) => {
  const query = `?admin_unsafely_bypass_quarantine=${value}`;
  expect(await administered.download(mediaId, { by: "admin", query })).toBe(404);
  expect(await administered.download(mediaId, { by: "alice", query })).toBe(404);
});

test("Routes that do not ask who wants media never serve what is quarantined", async () => {
  const answer = await administered.ask("GET", `/_matrix/media/v3/download/example.test/${mediaId}${BYPASS}`);
  expect(answer).toMatchObject({ status: 404, body: { errcode: "M_NOT_FOUND" } });
});
