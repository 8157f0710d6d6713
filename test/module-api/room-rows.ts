import type { Trial } from "./row.ts";

const ROOM = "!room:example.test";
const ROOM_PATH = "/_matrix/client/v3/rooms/!room%3Aexample.test";
const ADMIN_ROOM = "/_synapse/admin/v1/rooms/!room%3Aexample.test";
const LIST = "/_matrix/client/v3/directory/list/room/!room%3Aexample.test";
const ALICE = "@alice:example.test";
const AS_ALICE = "user_id=%40alice%3Aexample.test";
const NO_ROOM: readonly [number, unknown] = [404, { errcode: "M_NOT_FOUND", error: "Room not found" }];

const event = (type: string, more: object) => ({
  event_id: "$event",
  room_id: ROOM,
  sender: ALICE,
  type,
  origin_server_ts: 1_700_000_000_000,
  unsigned: { age: 1 },
  // Told to clients of the first version only.
  user_id: ALICE,
  age: 1,
  ...more,
});
const member = (user: string) =>
  event("m.room.member", { state_key: `@${user}:example.test`, content: { membership: "join" } });
const name = event("m.room.name", { state_key: "", content: { name: "Room" } });
const topic = event("m.room.topic", { state_key: "", content: { topic: "All" } });

/** Rows about rooms that the administrator reads. */
const READING: Readonly<Record<string, Trial>> = {
  get_room_state: {
    run: `
from synapse.events import EventBase
whole = await api.get_room_state("${ROOM}")
some = await api.get_room_state("${ROOM}", [("m.room.member", "@bob:example.test"), ("m.room.topic", None), ("m.room.member", "@nobody:x")])
missing = await api.get_room_state("!gone:example.test")
bob = some[("m.room.member", "@bob:example.test")]
return [sorted(map(list, whole)), sorted(map(list, some)), missing, isinstance(bob, EventBase), bob.membership, bob.state_key]`,
    script: {
      [`GET ${ADMIN_ROOM}/state`]: [200, { state: [member("alice"), member("bob"), name, topic] }],
      [`GET ${ADMIN_ROOM}/state?type=m.room.member`]: [200, { state: [member("alice"), member("bob")] }],
      [`GET ${ADMIN_ROOM}/state?type=m.room.topic`]: [200, { state: [topic] }],
      "GET /_synapse/admin/v1/rooms/!gone%3Aexample.test/state": NO_ROOM,
    },
    asked: [
      `ADMIN GET ${ADMIN_ROOM}/state`,
      `ADMIN GET ${ADMIN_ROOM}/state?type=m.room.member`,
      `ADMIN GET ${ADMIN_ROOM}/state?type=m.room.topic`,
      "ADMIN GET /_synapse/admin/v1/rooms/!gone%3Aexample.test/state",
    ],
    returns: [
      [
        ["m.room.member", ALICE],
        ["m.room.member", "@bob:example.test"],
        ["m.room.name", ""],
        ["m.room.topic", ""],
      ],
      [
        ["m.room.member", "@bob:example.test"],
        ["m.room.topic", ""],
      ],
      {},
      true,
      "join",
      "@bob:example.test",
    ],
  },
  get_state_events_in_room: {
    run: `
from twisted.internet.defer import Deferred
asked = api.get_state_events_in_room("${ROOM}", [("m.room.name", "")])
[event] = await asked
return [isinstance(asked, Deferred), event.get_dict(), list(await api.get_state_events_in_room("${ROOM}", []))]`,
    script: { [`GET ${ADMIN_ROOM}/state?type=m.room.name`]: [200, { state: [name] }] },
    asked: [`ADMIN GET ${ADMIN_ROOM}/state?type=m.room.name`],
    returns: [
      true,
      {
        event_id: "$event",
        room_id: ROOM,
        sender: ALICE,
        type: "m.room.name",
        state_key: "",
        origin_server_ts: 1_700_000_000_000,
        unsigned: { age: 1 },
        content: { name: "Room" },
      },
      [],
    ],
  },
  get_canonical_room_alias: {
    run: `
from synapse.types import RoomID
return [await api.get_canonical_room_alias(RoomID.from_string(f"!{name}:example.test")) for name in ("room", "plain", "gone")]`,
    script: {
      [`GET ${ADMIN_ROOM}`]: [200, { room_id: ROOM, canonical_alias: "#lobby:example.test" }],
      "GET /_synapse/admin/v1/rooms/!plain%3Aexample.test": [200, { room_id: "!plain:example.test" }],
      "GET /_synapse/admin/v1/rooms/!gone%3Aexample.test": NO_ROOM,
    },
    returns: [{ localpart: "lobby", domain: "example.test" }, null, null],
  },
  lookup_room_alias: {
    run: `
from synapse.api.errors import SynapseError
found = await api.lookup_room_alias("#lobby:example.test")
refused = []
for alias in ("#gone:example.test", "nonsense"):
    try: await api.lookup_room_alias(alias)
    except SynapseError as error: refused.append([error.code, error.errcode])
return [isinstance(found, tuple), found, refused]`,
    script: {
      "GET /_matrix/client/v3/directory/room/%23lobby%3Aexample.test": [
        200,
        { room_id: ROOM, servers: ["example.test", "other"] },
      ],
      "GET /_matrix/client/v3/directory/room/%23gone%3Aexample.test": [
        404,
        { errcode: "M_NOT_FOUND", error: "Room alias not found" },
      ],
    },
    asked: [
      "ADMIN GET /_matrix/client/v3/directory/room/%23lobby%3Aexample.test",
      "ADMIN GET /_matrix/client/v3/directory/room/%23gone%3Aexample.test",
    ],
    returns: [
      true,
      [ROOM, ["example.test", "other"]],
      [
        [404, "M_NOT_FOUND"],
        [400, "M_INVALID_PARAM"],
      ],
    ],
  },
  delete_room: {
    run: `return await api.delete_room("${ROOM}")`,
    script: { "DELETE /_synapse/admin/v2/rooms/!room%3Aexample.test": [200, { delete_id: "id" }] },
    asked: [
      'ADMIN DELETE /_synapse/admin/v2/rooms/!room%3Aexample.test {"block":false,"purge":true,"force_purge":false}',
    ],
    returns: null,
  },
  public_room_list_manager: {
    run: `
from synapse.module_api import PublicRoomListManager
return isinstance(api.public_room_list_manager, PublicRoomListManager)`,
    returns: true,
  },
  "public_room_list_manager.room_is_in_public_room_list": {
    run: `
manager = api.public_room_list_manager
return [await manager.room_is_in_public_room_list(f"!{name}:example.test") for name in ("room", "private", "gone")]`,
    script: {
      [`GET ${LIST}`]: [200, { visibility: "public" }],
      "GET /_matrix/client/v3/directory/list/room/!private%3Aexample.test": [200, { visibility: "private" }],
      "GET /_matrix/client/v3/directory/list/room/!gone%3Aexample.test": NO_ROOM,
    },
    returns: [true, false, false],
  },
  "public_room_list_manager.add_room_to_public_room_list": {
    run: `return await api.public_room_list_manager.add_room_to_public_room_list("${ROOM}")`,
    script: { [`PUT ${LIST}`]: [200, {}] },
    asked: [`ADMIN PUT ${LIST} {"visibility":"public"}`],
    returns: null,
  },
  "public_room_list_manager.remove_room_from_public_room_list": {
    run: `return await api.public_room_list_manager.remove_room_from_public_room_list("${ROOM}")`,
    script: { [`PUT ${LIST}`]: [200, {}] },
    asked: [`ADMIN PUT ${LIST} {"visibility":"private"}`],
    returns: null,
  },
};

const SENT: readonly [number, unknown] = [200, { event_id: "$event" }];
const READ_BACK = `GET ${ROOM_PATH}/event/%24event?${AS_ALICE}`;
const MESSAGE = event("m.room.message", { content: { body: "hi", n: 1 } });

/** Rows by which a module acts as a user. */
const ACTING: Readonly<Record<string, Trial>> = {
  create_and_send_event_into_room: {
    run: `
base = {"room_id": "${ROOM}", "sender": "${ALICE}"}
message = await api.create_and_send_event_into_room({**base, "type": "m.room.message", "content": {"body": "hi", "n": 2 ** 60}})
state = await api.create_and_send_event_into_room({**base, "type": "org.example/x", "state_key": "a/b", "content": {}})
gone = await api.create_and_send_event_into_room({**base, "type": "m.room.redaction", "redacts": "$old", "content": {"reason": "r"}})
refused = []
for wrong in ({**base, "type": "m.room.member", "content": {}}, {**base, "sender": "@carol:other", "type": "m", "content": {}}):
    try: await api.create_and_send_event_into_room(wrong)
    except Exception as error: refused.append(f"{type(error).__name__}: {error}")
return [message.event_id, message.content["body"], message.is_state(), state.state_key, gone.redacts, refused]`,
    script: {
      [`PUT ${ROOM_PATH}/send/m.room.message/TXN?${AS_ALICE}`]: SENT,
      [`PUT ${ROOM_PATH}/state/org.example%2Fx/a%2Fb?${AS_ALICE}`]: [200, { event_id: "$state" }],
      [`PUT ${ROOM_PATH}/redact/%24old/TXN?${AS_ALICE}`]: [200, { event_id: "$redaction" }],
      [READ_BACK]: [200, MESSAGE],
      [`GET ${ROOM_PATH}/event/%24state?${AS_ALICE}`]: [200, event("org.example/x", { state_key: "a/b", content: {} })],
      // Sent all the same, and put together from what was sent.
      [`GET ${ROOM_PATH}/event/%24redaction?${AS_ALICE}`]: [404, { errcode: "M_NOT_FOUND", error: "no" }],
    },
    asked: [
      `APPSERVICE PUT ${ROOM_PATH}/send/m.room.message/TXN?${AS_ALICE} {"body": "hi", "n": 1152921504606846976}`,
      `APPSERVICE ${READ_BACK}`,
      `APPSERVICE PUT ${ROOM_PATH}/state/org.example%2Fx/a%2Fb?${AS_ALICE} {}`,
      `APPSERVICE GET ${ROOM_PATH}/event/%24state?${AS_ALICE}`,
      `APPSERVICE PUT ${ROOM_PATH}/redact/%24old/TXN?${AS_ALICE} {"reason": "r"}`,
      `APPSERVICE GET ${ROOM_PATH}/event/%24redaction?${AS_ALICE}`,
    ],
    returns: [
      "$event",
      "hi",
      false,
      "a/b",
      "$old",
      [
        "SynapseError: 500: A member event cannot be sent so: call update_room_membership()",
        "RuntimeError: ModuleApi.create_and_send_event_into_room() acts as a user of this homeserver, which @carol:other is not",
      ],
    ],
  },
  update_room_membership: {
    run: `
async def change(*args, **kwargs): return (await api.update_room_membership("${ALICE}", *args, **kwargs)).event_id
done = [await change("@bob:other", "${ROOM}", "invite"),
    await change("${ALICE}", "${ROOM}", "join", remote_room_hosts=["one", "two"]),
    await change("@bob:example.test", "${ROOM}", "ban", content={"reason": "r"})]
try: await api.update_room_membership("@carol:other", "@carol:other", "${ROOM}", "join")
except RuntimeError as error: return [done, str(error)]`,
    script: {
      [`PUT ${ROOM_PATH}/state/m.room.member/%40bob%3Aother?${AS_ALICE}`]: SENT,
      [READ_BACK]: [200, member("bob")],
      [`POST /_matrix/client/v3/join/!room%3Aexample.test?via=one&server_name=one&via=two&server_name=two&${AS_ALICE}`]:
        [200, { room_id: ROOM }],
      [`GET ${ROOM_PATH}/state/m.room.member/%40alice%3Aexample.test?format=event&${AS_ALICE}`]: [
        200,
        { ...member("alice"), event_id: "$joined" },
      ],
      [`GET /_matrix/client/v3/profile/%40bob%3Aexample.test?${AS_ALICE}`]: [200, { displayname: "Bob" }],
      [`PUT ${ROOM_PATH}/state/m.room.member/%40bob%3Aexample.test?${AS_ALICE}`]: [200, { event_id: "$ban" }],
      [`GET ${ROOM_PATH}/event/%24ban?${AS_ALICE}`]: [200, { ...member("bob"), event_id: "$ban" }],
    },
    asked: [
      `APPSERVICE PUT ${ROOM_PATH}/state/m.room.member/%40bob%3Aother?${AS_ALICE} {"membership": "invite"}`,
      `APPSERVICE ${READ_BACK}`,
      `APPSERVICE POST /_matrix/client/v3/join/!room%3Aexample.test?via=one&server_name=one&via=two&server_name=two&${AS_ALICE} {"membership": "join"}`,
      `APPSERVICE GET ${ROOM_PATH}/state/m.room.member/%40alice%3Aexample.test?format=event&${AS_ALICE}`,
      `APPSERVICE GET /_matrix/client/v3/profile/%40bob%3Aexample.test?${AS_ALICE}`,
      `APPSERVICE PUT ${ROOM_PATH}/state/m.room.member/%40bob%3Aexample.test?${AS_ALICE} {"displayname":"Bob","reason": "r", "membership": "ban"}`,
      `APPSERVICE GET ${ROOM_PATH}/event/%24ban?${AS_ALICE}`,
    ],
    returns: [
      ["$event", "$joined", "$ban"],
      "ModuleApi.update_room_membership() acts as a user of this homeserver, which @carol:other is not",
    ],
  },
  create_room: {
    run: `
plain = await api.create_room("${ALICE}", {"name": "Room"}, ratelimit=False)
named = await api.create_room("${ALICE}", {"room_alias_name": "lobby"}, creator_join_profile={"displayname": "Al"})
try: await api.create_room("@carol:other", {})
except RuntimeError as error: return [isinstance(plain, tuple), plain, named, str(error)]`,
    script: {
      [`POST /_matrix/client/v3/createRoom?${AS_ALICE}`]: [200, { room_id: ROOM }],
      [`PUT ${ROOM_PATH}/state/m.room.member/%40alice%3Aexample.test?${AS_ALICE}`]: SENT,
    },
    asked: [
      `APPSERVICE POST /_matrix/client/v3/createRoom?${AS_ALICE} {"name": "Room"}`,
      `APPSERVICE POST /_matrix/client/v3/createRoom?${AS_ALICE} {"room_alias_name": "lobby"}`,
      `APPSERVICE PUT ${ROOM_PATH}/state/m.room.member/%40alice%3Aexample.test?${AS_ALICE} {"displayname": "Al", "membership": "join"}`,
    ],
    returns: [
      true,
      [ROOM, null],
      [ROOM, "#lobby:example.test"],
      "ModuleApi.create_room() acts as a user of this homeserver, which @carol:other is not",
    ],
  },
};

/** Rows about rooms: what is read, and what a module does as a user. */
export const ROOM_ROWS: Readonly<Record<string, Trial>> = { ...READING, ...ACTING };
