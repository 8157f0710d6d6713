/** The room, the paths and the events of the rows about rooms. */
export const ROOM = "!room:example.test";
export const ROOM_PATH = "/_matrix/client/v3/rooms/!room%3Aexample.test";
export const ADMIN_ROOM = "/_synapse/admin/v1/rooms/!room%3Aexample.test";
export const LIST = "/_matrix/client/v3/directory/list/room/!room%3Aexample.test";
export const ALICE = "@alice:example.test";
export const AS_ALICE = "user_id=%40alice%3Aexample.test";
export const NO_ROOM: readonly [number, unknown] = [404, { errcode: "M_NOT_FOUND", error: "Room not found" }];

export const event = (type: string, more: object) => ({
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
export const member = (user: string) =>
  event("m.room.member", { state_key: `@${user}:example.test`, content: { membership: "join" } });
export const name = event("m.room.name", { state_key: "", content: { name: "Room" } });
export const topic = event("m.room.topic", { state_key: "", content: { topic: "All" } });
