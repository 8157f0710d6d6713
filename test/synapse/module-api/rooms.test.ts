import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startMediaService, type MediaService } from "../support/media-service.ts";
import { startNio, type Nio, type NioClient } from "../support/nio.ts";

let service: MediaService;
let nio: Nio;
let alice: NioClient;

beforeAll(async () => {
  const config = {
    sender: "@rooms-bot:matrix.test",
    limited: ["@rooms-alice:matrix.test"],
    max_bytes: 1000,
  };
  service = await startMediaService({
    asksHomeserver: true,
    config: { modules: [{ module: "notices.Notices", config }] },
  });
  nio = startNio();
  await service.register("rooms-bot");
  alice = await nio.client(service.url, "rooms-alice");
  await alice.adopt(await service.register("rooms-alice"));
});
afterAll(async () => {
  await nio?.stop();
  await service?.stop();
});

test("An upload over a limit makes a module send an event into a room, which the client sees", async () => {
  await alice.setDisplayName("Älice");
  await alice.uploaded("x".repeat(70));
  expect(await alice.upload("x".repeat(40))).toMatchObject({ status: 403, status_code: "M_USER_LIMIT_EXCEEDED" });
  const roomId = await alice.invited();
  await alice.join(roomId);
  expect(await alice.eventIn(roomId, ({ type }) => type === "m.room.message")).toMatchObject({
    sender: "@rooms-bot:matrix.test",
    content: { msgtype: "m.notice", body: "Älice: 70 + 40 bytes are more than 100" },
  });
});

test("A module asks the homeserver who administers it", async () => {
  const admin = await (await nio.client(service.url, "admin")).adopt(inject("homeserver").admin);
  const bob = await (await nio.client(service.url, "rooms-bob")).adopt(await service.register("rooms-bob"));
  expect(await bob.upload("x".repeat(1001))).toMatchObject({ status: 413, status_code: "M_TOO_LARGE" });
  expect(await admin.upload("x".repeat(1001))).toMatchObject({ status: 200 });
});
