import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../../support/service.ts";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";
import { answerAvatars } from "../../support/avatars.ts";
import { ADMIN_DELETION_CASES } from "./admin-deletion.ts";
import { runSteps } from "../facts-runner.ts";

let main: TestService;
let administered: AdministeredService;
beforeAll(async () => {
  main = await startTestService();
  administered = await startAdministered({ config: { max_upload_size: "2M" } });
});
afterAll(async () => {
  await main.stop();
  await administered.stop();
});

test("Every recorded case of deletion has a test of its title", ({ task }) => {
  const suites = task.file.tasks.filter((suite) => "tasks" in suite);
  const titles = new Set(suites.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
  expect(ADMIN_DELETION_CASES.filter(({ id }) => !titles.has(id))).toEqual([]);
});

describe("HTTP case of deletion", () => {
  const cases = ADMIN_DELETION_CASES.filter((fact) => "steps" in fact).map((fact) => [fact.id, fact] as const);
  test.each(cases)("%s", async (_, { steps }) => {
    expect(await runSteps(main, steps, {})).toBe(steps.length);
  });
});

describe("HTTP case of deletion, with a test of its own", () => {
  test("admin.delete.plain", async () => {
    const { ask, upload, download } = administered;
    const mediaId = await upload("goes");
    const path = `${ADMIN}/media/example.test/${mediaId}`;
    expect(await ask("DELETE", path)).toEqual({ status: 200, body: { deleted_media: [mediaId], total: 1 } });
    expect(await download(mediaId)).toBe(404);
    expect(await ask("GET", path)).toMatchObject({ status: 404, body: { errcode: "M_NOT_FOUND" } });
    expect(await ask("DELETE", path)).toMatchObject({ status: 404, body: { errcode: "M_NOT_FOUND" } });
  });

  test("admin.user_media.delete", async () => {
    const { ask, upload, download } = administered;
    const names = [
      ["b.txt", 30],
      ["c.png", 10],
      ["a.pdf", 50],
      ["d", 20],
      ["e.mp4", 40],
    ] as const;
    const ids = new Map<string, string>();
    for (const [name, bytes] of names) {
      ids.set(await upload("c".repeat(bytes), { by: "carol", query: `?filename=${name}` }), name);
    }
    const path = `${ADMIN}/users/@carol:example.test/media`;
    const { status, body } = await ask("DELETE", `${path}?limit=2&order_by=media_length&dir=b`);
    const deleted = body["deleted_media"] as string[];
    expect([status, body["total"], deleted.map((mediaId) => ids.get(mediaId))]).toEqual([200, 2, ["a.pdf", "e.mp4"]]);
    const { body: listed } = await ask("GET", path);
    const rest = (listed["media"] as { upload_name: string }[]).map(({ upload_name: name }) => name);
    expect(rest.toSorted()).toEqual(["b.txt", "c.png", "d"]);
    expect((await ask("DELETE", path)).body).toMatchObject({ total: 3 });
    expect(await ask("DELETE", path)).toEqual({ status: 200, body: { deleted_media: [], total: 0 } });
    expect(await Promise.all([...ids.keys()].map((mediaId) => download(mediaId)))).toEqual([404, 404, 404, 404, 404]);
  });

  test("admin.zz_last.delete_by_date_and_size", async () => {
    const { ask, upload, download } = administered;
    const [large, exact, small, safe] = [
      await upload("l".repeat(800_001)),
      await upload("e".repeat(800_000)),
      await upload("small"),
      await upload("p".repeat(900_000)),
    ];
    expect((await ask("POST", `${ADMIN}/media/protect/${safe}`)).status).toBe(200);
    answerAvatars(administered.homeserver, {});
    const beforeTs = Date.now() + 1;
    const before = await ask("POST", `${ADMIN}/media/delete?before_ts=${beforeTs - 3_600_000}&size_gt=800000`);
    expect(before).toEqual({ status: 200, body: { deleted_media: [], total: 0 } });
    const answer = await ask("POST", `${ADMIN}/media/delete?before_ts=${beforeTs}&size_gt=800000`);
    expect(answer).toEqual({ status: 200, body: { deleted_media: [large], total: 1 } });
    expect(await Promise.all([large, exact, small, safe].map((mediaId) => download(mediaId)))).toEqual([
      404, 200, 200, 200,
    ]);
  });

  test("admin.zz_last.keep_room_avatar", async () => {
    const { ask, upload, download, homeserver } = administered;
    const [avatar, sent] = [await upload("a".repeat(1000)), await upload("s".repeat(1000))];
    answerAvatars(homeserver, { rooms: [`mxc://example.test/${avatar}`] });
    const path = `${ADMIN}/media/example.test/delete?size_gt=900&before_ts=${Date.now() + 1}`;
    const deleted = (await ask("POST", path)).body["deleted_media"] as string[];
    expect([deleted.includes(sent), deleted.includes(avatar)]).toEqual([true, false]);
    const all = (await ask("POST", `${path}&keep_profiles=false`)).body["deleted_media"] as string[];
    expect([all.includes(avatar), await download(avatar)]).toEqual([true, 404]);
  });
});
