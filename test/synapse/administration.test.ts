import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startMediaService, type MediaService } from "./support/media-service.ts";
import { SERVER_NAME, type Account } from "./support/synapse.ts";

const ADMIN = "/_synapse/admin/v1";

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let service: MediaService;
let admin: Account;
let uploader: Account;
let mediaIds: string[];
beforeAll(async () => {
  service = await startMediaService();
  ({ admin } = inject("homeserver"));
  uploader = await service.register("uploader");
  mediaIds = [await upload("sent to a room"), await upload("not sent")];
});
afterAll(() => service.stop());

/** Through nginx, as an administrator's program does; the service's own paths go to it. */
async function ask(method: string, path: string, by = admin, body?: object): Promise<Answer> {
  const headers = { Authorization: `Bearer ${by.accessToken}`, "Content-Type": "application/json" };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const answer = await fetch(service.url + path, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function upload(text: string): Promise<string> {
  const headers = { Authorization: `Bearer ${uploader.accessToken}`, "Content-Type": "text/plain" };
  const answer = await fetch(`${service.url}/_matrix/media/v3/upload`, { method: "POST", headers, body: text });
  const { content_uri: uri } = (await answer.json()) as { content_uri: string };
  return uri.slice(`mxc://${SERVER_NAME}/`.length);
}

async function statusOf(mediaId = ""): Promise<number> {
  const path = `/_matrix/client/v1/media/download/${SERVER_NAME}/${mediaId}`;
  const answer = await fetch(service.url + path, { headers: { Authorization: `Bearer ${uploader.accessToken}` } });
  await answer.arrayBuffer();
  return answer.status;
}

describe("Beside a real Synapse without a media repository", () => {
  test("its administrators administer, and its other users do not", async () => {
    const path = `${ADMIN}/media/${SERVER_NAME}/${mediaIds[0]}`;
    expect(await ask("GET", path)).toMatchObject({ status: 200, body: { media_info: { user_id: uploader.userId } } });
    expect(await ask("GET", path, uploader)).toMatchObject({ status: 403, body: { errcode: "M_FORBIDDEN" } });
    expect(await ask("GET", path, { ...admin, accessToken: "unknown" })).toMatchObject({
      status: 401,
      body: { errcode: "M_UNKNOWN_TOKEN" },
    });
  });

  test("the media of a room is what its events name, and is quarantined", async () => {
    const created = await ask("POST", "/_matrix/client/v3/createRoom", uploader, {});
    const room = String(created.body["room_id"]);
    const content = { msgtype: "m.image", body: "a", url: `mxc://${SERVER_NAME}/${mediaIds[0]}` };
    await ask("PUT", `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/1`, uploader, content);
    expect(await ask("GET", `${ADMIN}/room/${room}/media`)).toEqual({
      status: 200,
      body: { local: [`mxc://${SERVER_NAME}/${mediaIds[0]}`], remote: [] },
    });
    const quarantined = await ask("POST", `${ADMIN}/room/${encodeURIComponent(room)}/media/quarantine`);
    expect(quarantined).toEqual({ status: 200, body: { num_quarantined: 1 } });
    expect([await statusOf(mediaIds[0]), await statusOf(mediaIds[1])]).toEqual([404, 200]);
  });

  test("users exist or not, and have display names", async () => {
    const list = `${ADMIN}/users/${encodeURIComponent(uploader.userId)}/media`;
    expect(await ask("GET", list)).toMatchObject({ status: 200, body: { total: 2 } });
    const unknown = await ask("GET", `${ADMIN}/users/${encodeURIComponent(`@nobody:${SERVER_NAME}`)}/media`);
    expect(unknown).toMatchObject({ status: 404, body: { errcode: "M_NOT_FOUND" } });
    const user = { user_id: uploader.userId, displayname: "uploader", media_count: 2, media_length: 22 };
    for (const query of [
      "",
      "?order_by=displayname",
      "?search_term=PLOAD",
      "?search_term=uploader&order_by=media_count",
    ]) {
      expect(await ask("GET", `${ADMIN}/statistics/users/media${query}`)).toEqual({
        status: 200,
        body: { users: [user], total: 1 },
      });
    }
    expect(await ask("GET", `${ADMIN}/statistics/users/media?search_term=nobody`)).toMatchObject({
      body: { total: 0 },
    });
  });

  test("a user who was made an administrator is one", async () => {
    const second = await service.register("second");
    const path = `/_synapse/admin/v1/users/${encodeURIComponent(second.userId)}/admin`;
    await ask("PUT", path, admin, { admin: true });
    expect((await ask("GET", `${ADMIN}/media/${SERVER_NAME}/${mediaIds[0]}`, second)).status).toBe(200);
  });
});
