import { ROOM, ADMIN_ROOM, LIST, ALICE, NO_ROOM, member, name, topic } from "./room-facts.ts";
import type { Trial } from "./row.ts";

/** Rows about rooms that the administrator reads. */
export const ROOM_READING_ROWS: Readonly<Record<string, Trial>> = {
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
