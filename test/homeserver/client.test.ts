import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openHomeserver, type Homeserver } from "../../src/homeserver/client/homeserver.ts";
import { startScriptedHomeserver, type Scripted, type ScriptedHomeserver } from "../module-api/scripted-homeserver.ts";

const BOB = "@bob:hs.test";
const BOB_PATH = "/_synapse/admin/v2/users/%40bob%3Ahs.test";
const AS_BOB = "user_id=%40bob%3Ahs.test";
const ROOM = "!room:hs.test";
const ROOM_PATH = "/_matrix/client/v3/rooms/!room%3Ahs.test";
const USER = {
  name: BOB,
  admin: true,
  deactivated: false,
  shadow_banned: false,
  creation_ts: 1_560_432_506,
  user_type: "support",
  threepids: [{ medium: "email", address: "bob@hs.test", validated_at: 1, added_at: 2 }],
};
const EVENT = {
  event_id: "$event",
  room_id: ROOM,
  type: "m.room.topic",
  sender: BOB,
  state_key: "",
  origin_server_ts: 1,
  content: { topic: "All" },
};
const NOT_FOUND: Scripted = [404, { errcode: "M_NOT_FOUND", error: "There is none" }];

let server: ScriptedHomeserver;
let homeserver: Homeserver;

beforeAll(async () => {
  server = await startScriptedHomeserver();
  homeserver = openHomeserver({
    url: `${server.url}/base/`,
    adminToken: "ADMIN",
    appserviceToken: "APPSERVICE",
    timeoutMs: 10_000,
  });
});
afterAll(async () => {
  await homeserver.close();
  await server.stop();
});
beforeEach(() => {
  server.script = {};
  server.asked.length = 0;
});

/** The paths of a script, below the base path of the homeserver's URL. */
function script(answers: Readonly<Record<string, Scripted>>): void {
  server.script = Object.fromEntries(
    Object.entries(answers).map(([place, answer]) => [place.replace(" ", " /base"), answer]),
  );
}

describe("Users", () => {
  test("are told with all that is known, and are missing where they are", async () => {
    script({ [`GET ${BOB_PATH}`]: [200, USER] });
    expect(await homeserver.client.getUser(BOB)).toEqual({
      userId: BOB,
      displayname: undefined,
      avatarUrl: undefined,
      userType: "support",
      isAdmin: true,
      isGuest: false,
      isDeactivated: false,
      isLocked: false,
      isSuspended: false,
      isShadowBanned: false,
      isApproved: true,
      createdAtMs: 1_560_432_506_000,
      appserviceId: undefined,
    });
    expect(await homeserver.client.isUserAdmin(BOB)).toBe(true);
    expect(await homeserver.client.getThreepids(BOB)).toEqual([
      { medium: "email", address: "bob@hs.test", validatedAtMs: 1, addedAtMs: 2 },
    ]);
    expect(await homeserver.client.findUser(BOB)).toBe(BOB);
    script({ [`GET ${BOB_PATH}`]: NOT_FOUND });
    expect(await homeserver.client.getUser(BOB)).toBeUndefined();
    expect(await homeserver.client.isUserAdmin(BOB)).toBe(false);
    expect(await homeserver.client.getThreepids(BOB)).toEqual([]);
    expect(new Set(server.asked)).toEqual(new Set([`ADMIN GET /base${BOB_PATH}`]));
  });

  test("were seen somewhere", async () => {
    const connections = [{ ip: "192.0.2.1", user_agent: "a client", last_seen: 5 }];
    const whois = { user_id: BOB, devices: { "": { sessions: [{ connections }] } } };
    script({ "GET /_synapse/admin/v1/whois/%40bob%3Ahs.test": [200, whois] });
    expect(await homeserver.client.getConnections(BOB)).toEqual([
      { ip: "192.0.2.1", userAgent: "a client", lastSeenMs: 5 },
    ]);
  });

  test("may be called so, or not", async () => {
    script({ "GET /_synapse/admin/v1/username_available?username=a+b": [400, { errcode: "M_INVALID_USERNAME" }] });
    await expect(homeserver.client.checkUsername("a b")).rejects.toMatchObject({
      code: "HOMESERVER_REFUSED",
      status: 400,
      errcode: "M_INVALID_USERNAME",
    });
  });

  test("have account data and a name of their own", async () => {
    const path = `/_matrix/client/v3/user/%40bob%3Ahs.test/account_data/m.x?${AS_BOB}`;
    const name = `/_matrix/client/v3/profile/%40bob%3Ahs.test/displayname?${AS_BOB}`;
    script({ [`GET ${path}`]: [200, { a: 1 }], [`PUT ${path}`]: [200, {}], [`PUT ${name}`]: [200, {}] });
    expect(await homeserver.client.getAccountData(BOB, "m.x")).toEqual({ a: 1 });
    await homeserver.client.putAccountData(BOB, "m.x", { b: 2 });
    await homeserver.client.setDisplayname(BOB, "Bob");
    expect(server.asked).toEqual([
      `APPSERVICE GET /base${path}`,
      `APPSERVICE PUT /base${path} {"b":2}`,
      `APPSERVICE PUT /base${name} {"displayname":"Bob"}`,
    ]);
    script({ [`GET ${path}`]: NOT_FOUND });
    expect(await homeserver.client.getAccountData(BOB, "m.x")).toBeUndefined();
  });
});

describe("Rooms", () => {
  test("have a state, whole or by selectors", async () => {
    const state = "/_synapse/admin/v1/rooms/!room%3Ahs.test/state";
    const other = { ...EVENT, event_id: "$other", state_key: "other" };
    script({
      [`GET ${state}`]: [200, { state: [EVENT, other] }],
      [`GET ${state}?type=m.room.topic`]: [200, { state: [EVENT, other] }],
    });
    const told = {
      eventId: "$event",
      roomId: ROOM,
      type: "m.room.topic",
      sender: BOB,
      stateKey: "",
      originServerTs: 1,
      content: { topic: "All" },
      unsigned: {},
    };
    expect(await homeserver.client.getRoomState(ROOM)).toEqual([
      told,
      { ...told, eventId: "$other", stateKey: "other" },
    ]);
    expect(await homeserver.client.getRoomState(ROOM, [{ type: "m.room.topic", stateKey: "" }])).toEqual([told]);
    expect(await homeserver.client.getRoomState(ROOM, [{ type: "m.room.topic" }])).toHaveLength(2);
    expect(await homeserver.client.getRoomState(ROOM, [])).toEqual([]);
    script({ [`GET ${state}`]: NOT_FOUND });
    expect(await homeserver.client.getRoomState(ROOM)).toEqual([]);
  });

  test("are known by id and alias, and are listed or not", async () => {
    const room = { room_id: ROOM, name: "Room", canonical_alias: "#a:hs.test", joined_members: 2, public: 1 };
    const list = "/_matrix/client/v3/directory/list/room/!room%3Ahs.test";
    script({
      "GET /_synapse/admin/v1/rooms/!room%3Ahs.test": [200, room],
      "GET /_matrix/client/v3/directory/room/%23a%3Ahs.test": [200, { room_id: ROOM, servers: ["hs.test"] }],
      [`GET ${list}`]: [200, { visibility: "public" }],
      [`PUT ${list}`]: [200, {}],
      "DELETE /_synapse/admin/v2/rooms/!room%3Ahs.test": [200, { delete_id: "x" }],
    });
    expect(await homeserver.client.getRoom(ROOM)).toMatchObject({
      roomId: ROOM,
      name: "Room",
      canonicalAlias: "#a:hs.test",
      joinedMembers: 2,
      isPublic: true,
      topic: undefined,
    });
    expect(await homeserver.client.lookUpAlias("#a:hs.test")).toEqual({ roomId: ROOM, servers: ["hs.test"] });
    expect(await homeserver.client.isRoomPublic(ROOM)).toBe(true);
    await homeserver.client.setRoomPublic(ROOM, false);
    await homeserver.client.deleteRoom(ROOM);
    expect(server.asked.at(-2)).toBe(`ADMIN PUT /base${list} {"visibility":"private"}`);
    script({ "GET /_synapse/admin/v1/rooms/!room%3Ahs.test": NOT_FOUND });
    expect(await homeserver.client.getRoom(ROOM)).toBeUndefined();
    expect(await homeserver.client.isRoomPublic(ROOM).catch(String)).toContain("M_UNRECOGNIZED");
  });

  test("are created, entered, and written into as a user", async () => {
    const member = { ...EVENT, type: "m.room.member", state_key: BOB, content: { membership: "join" } };
    script({
      [`POST /_matrix/client/v3/createRoom?${AS_BOB}`]: [200, { room_id: ROOM }],
      [`PUT ${ROOM_PATH}/state/m.room.member/%40bob%3Ahs.test?${AS_BOB}`]: [200, { event_id: "$event" }],
      [`PUT ${ROOM_PATH}/state/m.room.topic/?${AS_BOB}`]: [200, { event_id: "$topic" }],
      [`GET ${ROOM_PATH}/event/%24event?${AS_BOB}`]: [200, member],
      [`GET ${ROOM_PATH}/event/%24topic?${AS_BOB}`]: [200, EVENT],
    });
    const { client } = homeserver;
    expect(
      await client.createRoom({ creator: BOB, options: { name: "Room" }, joinProfile: { displayname: "B" } }),
    ).toBe(ROOM);
    const joined = await client.updateMembership({ roomId: ROOM, sender: BOB, membership: "join" });
    expect(joined).toMatchObject({ eventId: "$event", stateKey: BOB, content: { membership: "join" } });
    const topic = { roomId: ROOM, type: "m.room.topic", sender: BOB, stateKey: "", content: { topic: "All" } };
    expect(await client.sendEvent(topic)).toMatchObject({ eventId: "$event", content: { topic: "All" } });
    await expect(client.sendEvent({ ...topic, type: "m.room.member" })).rejects.toThrow(TypeError);
    expect(server.asked.filter((line) => !line.includes(" GET "))).toEqual([
      `APPSERVICE POST /base/_matrix/client/v3/createRoom?${AS_BOB} {"name":"Room"}`,
      `APPSERVICE PUT /base${ROOM_PATH}/state/m.room.member/%40bob%3Ahs.test?${AS_BOB} {"displayname":"B","membership":"join"}`,
      `APPSERVICE PUT /base${ROOM_PATH}/state/m.room.member/%40bob%3Ahs.test?${AS_BOB} {"membership":"join"}`,
      `APPSERVICE PUT /base${ROOM_PATH}/state/m.room.topic/?${AS_BOB} {"topic":"All"}`,
    ]);
  });
});
