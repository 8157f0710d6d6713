import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";
import { ADMIN_CASES } from "./admin.ts";
import { runSteps } from "../facts-runner.ts";
import { startTestService, type TestService } from "../../../support/service.ts";

let main: TestService;
let administered: AdministeredService;
beforeAll(async () => {
  main = await startTestService();
  administered = await startAdministered();
});
afterAll(async () => {
  await main.stop();
  await administered.stop();
});

test("Every recorded case of administration has a test of its title", ({ task }) => {
  const suites = task.file.tasks.filter((suite) => "tasks" in suite);
  const titles = new Set(suites.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
  expect(ADMIN_CASES.filter(({ id }) => !titles.has(id))).toEqual([]);
});

describe("HTTP case of administration", () => {
  const cases = ADMIN_CASES.filter((fact) => "steps" in fact).map((fact) => [fact.id, fact] as const);
  test.each(cases)("%s", async (_, { steps }) => {
    expect(await runSteps(main, steps, {})).toBe(steps.length);
  });
});

const all = (order: string[]) => ({ order, total: 5, next_token: null });
const DONE = { status: 200, body: {} };

describe("HTTP case of administration, with a test of its own", () => {
  test("admin.access.quarantine_room", async () => {
    const { homeserver, ask, service } = administered;
    homeserver.answer("GET", `${ADMIN}/room/!nowhere:example.test/media`, { body: { local: [], remote: [] } });
    const path = `${ADMIN}/room/%21nowhere%3Aexample.test/media/quarantine`;
    expect(await ask("POST", path)).toEqual({ status: 200, body: { num_quarantined: 0 } });
    expect((await service.request(path, { method: "POST" })).status).toBe(401);
    expect(await ask("POST", path, { by: "alice" })).toMatchObject({ status: 403, body: { errcode: "M_FORBIDDEN" } });
  });

  test("admin.info.plain", async () => {
    const { upload, info } = administered;
    const mediaId = await upload("a text that is 28 bytes long");
    expect(await info(mediaId)).toEqual({ ...describeText("a text that is 28 bytes long"), media_id: mediaId });
  });

  test("admin.quarantine.and_back", async () => {
    const { ask, upload, download, info } = administered;
    const mediaId = await upload("there and back");
    expect(await ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`)).toEqual(DONE);
    expect(await download(mediaId)).toBe(404);
    expect(await info(mediaId)).toMatchObject({ quarantined_by: "@admin:example.test", safe_from_quarantine: 0 });
    expect(await ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`)).toEqual(DONE);
    for (let time = 0; time < 2; time += 1) {
      expect(await ask("POST", `${ADMIN}/media/unquarantine/example.test/${mediaId}`)).toEqual(DONE);
    }
    expect(await download(mediaId)).toBe(200);
    expect(await info(mediaId)).toMatchObject({ quarantined_by: null });
  });

  test("admin.quarantine.by_hash_existing", async () => {
    const { ask, upload, download, info } = administered;
    const first = await upload("twice there");
    const same = await upload("twice there", { by: "bob" });
    await ask("POST", `${ADMIN}/media/quarantine/example.test/${first}`);
    expect([await download(first), await download(same)]).toEqual([404, 404]);
    expect(await info(same)).toMatchObject({ quarantined_by: "@admin:example.test", user_id: "@bob:example.test" });
    await ask("POST", `${ADMIN}/media/unquarantine/example.test/${first}`);
    expect([await download(first), await download(same)]).toEqual([200, 200]);
  });

  test("admin.quarantine.by_hash_later", async () => {
    const { ask, upload, download, info } = administered;
    await ask("POST", `${ADMIN}/media/quarantine/example.test/${await upload("comes again")}`);
    const later = await upload("comes again", { by: "bob" });
    expect(later).toMatch(/^[A-Za-z]{24}$/);
    expect(await download(later)).toBe(404);
    expect(await info(later)).toMatchObject({ quarantined_by: "system", user_id: "@bob:example.test" });
  });

  test("admin.quarantine.protected", async () => {
    const { ask, upload, download, info } = administered;
    const mediaId = await upload("a sticker");
    const quarantine = () => ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`);
    expect(await ask("POST", `${ADMIN}/media/protect/${mediaId}`)).toEqual(DONE);
    expect(await quarantine()).toEqual(DONE);
    expect(await download(mediaId)).toBe(200);
    expect(await info(mediaId)).toMatchObject({ quarantined_by: null, safe_from_quarantine: 1 });
    expect(await ask("POST", `${ADMIN}/media/unprotect/${mediaId}`)).toEqual(DONE);
    expect(await quarantine()).toEqual(DONE);
    expect(await download(mediaId)).toBe(404);
  });

  test("admin.quarantine.user", async () => {
    const { ask, upload, download } = administered;
    const own = [await upload("first of dave's", { by: "dave" }), await upload("second of dave's", { by: "dave" })];
    const other = await upload("alice's");
    const quarantine = () => ask("POST", `${ADMIN}/user/%40dave%3Aexample.test/media/quarantine`);
    expect(await quarantine()).toEqual({ status: 200, body: { num_quarantined: 2 } });
    expect(await quarantine()).toEqual({ status: 200, body: { num_quarantined: 0 } });
    expect(await Promise.all([...own, other].map((mediaId) => download(mediaId)))).toEqual([404, 404, 200]);
  });

  test("admin.room.list_and_quarantine", async () => {
    const { ask, upload, download, homeserver } = administered;
    const [url, thumbnail, elsewhere] = [await upload("url"), await upload("thumbnail_url"), await upload("file.url")];
    const listed = {
      local: [`mxc://example.test/${thumbnail}`, `mxc://example.test/${url}`],
      remote: ["mxc://other.test/abcdef"],
    };
    homeserver.answer("GET", `${ADMIN}/room/!room:example.test/media`, ({ token }) =>
      token === homeserver.tokenOf("@admin:example.test") ? { body: listed } : { status: 403, body: {} },
    );
    expect(await ask("GET", `${ADMIN}/room/!room:example.test/media`)).toEqual({ status: 200, body: listed });
    for (let time = 0; time < 2; time += 1) {
      const answer = await ask("POST", `${ADMIN}/room/!room:example.test/media/quarantine`);
      expect(answer).toEqual({ status: 200, body: { num_quarantined: 2 } });
    }
    expect(await Promise.all([url, thumbnail, elsewhere].map((mediaId) => download(mediaId)))).toEqual([404, 404, 200]);
  });
});

describe("HTTP case of a user's media", () => {
  const LIST = `${ADMIN}/users/@carol:example.test/media`;
  // The later, the newer; what each is called, and how many bytes it has.
  const UPLOADS = [
    ["b.txt", 30, "text/plain"],
    ["c.png", 10, "image/png"],
    ["a.pdf", 50, "application/pdf"],
    [null, 20, "text/plain"],
    ["e.mp4", 40, "video/mp4"],
  ] as const;
  beforeAll(async () => {
    for (const [name, bytes, type] of UPLOADS) {
      const query = name === null ? "" : `?filename=${name}`;
      await administered.upload("c".repeat(bytes), { by: "carol", query, type });
    }
  });

  async function list(query: string): Promise<{ order: string[]; total: unknown; next_token: unknown }> {
    const { body } = await administered.ask("GET", LIST + query);
    const media = body["media"] as { upload_name: string | null }[];
    const order = media.map(({ upload_name }) => upload_name ?? "(none)");
    return { order, total: body["total"], next_token: body["next_token"] ?? null };
  }

  const NEWEST = ["e.mp4", "(none)", "a.pdf", "c.png", "b.txt"];
  const BY_NAME = ["(none)", "a.pdf", "b.txt", "c.png", "e.mp4"];
  const BY_LENGTH = ["c.png", "(none)", "b.txt", "e.mp4", "a.pdf"];
  test("admin.user_media.paging", async () => {
    expect(await list("")).toEqual(all(NEWEST));
    expect(await list("?dir=f")).toEqual(all(NEWEST.toReversed()));
    expect(await list("?order_by=upload_name")).toEqual(all(BY_NAME));
    expect(await list("?limit=2")).toEqual({ order: ["e.mp4", "(none)"], total: 5, next_token: 2 });
    expect(await list("?from=2&limit=2")).toEqual({ order: ["a.pdf", "c.png"], total: 5, next_token: 4 });
    expect(await list("?from=4&limit=2")).toEqual({ order: ["b.txt"], total: 5, next_token: null });
    expect(await list("?from=5")).toEqual(all([]));
    expect(await list("?from=99")).toEqual(all([]));
  });

  test("admin.user_media.shape", async () => {
    const { status, body } = await administered.ask("GET", `${LIST}?limit=1`);
    const [media] = body["media"] as object[];
    const { media_origin: _, filesystem_id: __, ...listed } = describeText("c".repeat(40));
    expect({ status, ...body, media }).toEqual({
      status: 200,
      total: 5,
      next_token: 1,
      media: {
        ...listed,
        media_id: expect.any(String) as unknown,
        media_type: "video/mp4",
        upload_name: "e.mp4",
        user_id: "@carol:example.test",
        safe_from_quarantine: false,
      },
    });
  });

  test("admin.user_media.sort.created_ts", async () => {
    expect(await list("?order_by=created_ts&dir=f")).toEqual(all(NEWEST.toReversed()));
    expect(await list("?order_by=created_ts&dir=b")).toEqual(all(NEWEST));
  });

  test("admin.user_media.sort.media_length", async () => {
    expect(await list("?order_by=media_length&dir=f")).toEqual(all(BY_LENGTH));
    expect(await list("?order_by=media_length&dir=b")).toEqual(all(BY_LENGTH.toReversed()));
  });

  test("admin.user_media.sort.upload_name", async () => {
    expect(await list("?order_by=upload_name&dir=f")).toEqual(all(BY_NAME));
    expect(await list("?order_by=upload_name&dir=b")).toEqual(all(BY_NAME.toReversed()));
  });
});

/** What is known of a text that alice uploaded. */
function describeText(text: string): Record<string, unknown> {
  return {
    media_origin: null,
    filesystem_id: null,
    user_id: "@alice:example.test",
    media_type: "text/plain",
    media_length: text.length,
    upload_name: null,
    created_ts: expect.any(Number) as unknown,
    last_access_ts: null,
    quarantined_by: null,
    safe_from_quarantine: 0,
    url_cache: null,
    authenticated: 1,
    sha256: createHash("sha256").update(text).digest("hex"),
  };
}
