import type { Question } from "./question.ts";

/** State by type and key, as far as clients see it. */
const DESCRIBE = `
def describe(events):
    return sorted([e.type, e.state_key, e.sender, e.room_id, dict(e.content)] for e in events)
`;

export const USER_QUESTIONS: readonly Question[] = [
  { title: "an account", body: `return await api.get_userinfo_by_id("@alice:matrix.test")` },
  { title: "an administrator's account", body: `return await api.get_userinfo_by_id("@admin:matrix.test")` },
  { title: "an account with a type", body: `return (await api.get_userinfo_by_id("@typed:matrix.test")).user_type` },
  { title: "an account that is not there", body: `return await api.get_userinfo_by_id("@nobody:matrix.test")` },
  { title: "an account elsewhere", body: `return await api.get_userinfo_by_id("@alice:elsewhere.test")` },
  {
    title: "who is an administrator",
    body: `return [await api.is_user_admin(f"@{name}:matrix.test") for name in ("admin", "alice")]`,
  },
  {
    title: "whether users exist",
    body: `return [await api.check_user_exists(f"@{name}:matrix.test") for name in ("alice", "ALICE", "nobody")]`,
  },
  { title: "a profile", body: `return await api.get_profile_for_user("alice")` },
  { title: "a profile that is not there", body: `return await api.get_profile_for_user("nobody")` },
  { title: "addresses of a user", body: `return await api.get_threepids_for_user("@alice:matrix.test")` },
  { title: "addresses of an unknown user", body: `return await api.get_threepids_for_user("@nobody:matrix.test")` },
  { title: "whether a name is free", body: `return await api.check_username("free")` },
  { title: "whether a name that is taken is free", body: `return await api.check_username("alice")` },
  { title: "whether a name with spaces is free", body: `return await api.check_username("a b")` },
  {
    title: "account data, written and read again",
    body: `
manager = api.account_data_manager
await manager.put_global("@alice:matrix.test", "org.example.data", {"a": [1, {"b": None}]})
missing = await manager.get_global("@alice:matrix.test", "org.example.missing")
return [await manager.get_global("@alice:matrix.test", "org.example.data"), missing]`,
  },
  {
    title: "account data of an unknown user",
    ownWords: true,
    body: `return await api.account_data_manager.put_global("@nobody:matrix.test", "org.example.data", {})`,
  },
  {
    title: "account data of a user elsewhere",
    ownWords: true,
    body: `return await api.account_data_manager.get_global("@alice:elsewhere.test", "org.example.data")`,
  },
  {
    title: "a name, given to a user",
    body: `
from synapse.types import UserID
await api.set_displayname(UserID.from_string("@bot:matrix.test"), "Bot ✓")
return await api.get_profile_for_user("bot")`,
  },
  {
    title: "the end of a token that no user has",
    ownWords: true,
    body: `return await api.invalidate_access_token("nonsense")`,
  },
];

export const ROOM_QUESTIONS: readonly Question[] = [
  {
    title: "a room's state",
    body: `${DESCRIBE}\nreturn describe((await api.get_room_state(room)).values())`,
  },
  {
    title: "a room's state, filtered",
    body: `${DESCRIBE}
state = await api.get_room_state(room, [("m.room.name", ""), ("m.room.member", None), ("m.room.topic", "none")])
return [sorted(state), describe(state.values())]`,
  },
  {
    title: "some state events",
    body: `${DESCRIBE}\nreturn describe(await api.get_state_events_in_room(room, [("m.room.join_rules", None)]))`,
  },
  { title: "the state of no room", body: `return len(await api.get_room_state("!none:matrix.test"))` },
  { title: "where an alias leads", body: `return await api.lookup_room_alias("#lobby:matrix.test")` },
  { title: "where an alias leads that is not there", body: `return await api.lookup_room_alias("#none:matrix.test")` },
  {
    title: "a room's alias",
    body: `
from synapse.types import RoomID
return str(await api.get_canonical_room_alias(RoomID.from_string(room)))`,
  },
  {
    title: "the public list",
    body: `
rooms = api.public_room_list_manager
before = await rooms.room_is_in_public_room_list(room)
await rooms.add_room_to_public_room_list(room)
during = await rooms.room_is_in_public_room_list(room)
await rooms.remove_room_from_public_room_list(room)
return [before, during, await rooms.room_is_in_public_room_list(room)]`,
  },
  {
    title: "a room, made, joined and written into",
    body: `${DESCRIBE}
config = {"name": "Made", "preset": "private_chat", "invite": ["@alice:matrix.test"]}
made, alias = await api.create_room("@bot:matrix.test", config, ratelimit=False)
joined = await api.update_room_membership("@alice:matrix.test", "@alice:matrix.test", made, "join")
content = {"msgtype": "m.notice", "body": "grüße ✓"}
sent = await api.create_and_send_event_into_room(
    {"type": "m.room.message", "room_id": made, "sender": "@bot:matrix.test", "content": content}
)
topic = await api.create_and_send_event_into_room(
    {"type": "m.room.topic", "state_key": "", "room_id": made, "sender": "@bot:matrix.test", "content": {"topic": "t"}}
)
kicked = await api.update_room_membership("@bot:matrix.test", "@alice:matrix.test", made, "leave", {"reason": "done"})
state = await api.get_room_state(made, [("m.room.topic", ""), ("m.room.member", None), ("m.room.name", None)])
return {
    "alias": alias,
    "joined": [joined.type, joined.state_key, joined.membership, joined.is_state()],
    "sent": [sent.type, sent.sender, dict(sent.content), sent.is_state(), sent.get_state_key()],
    "topic": [topic.type, topic.state_key, dict(topic.content)],
    "kicked": [kicked.sender, kicked.state_key, dict(kicked.content)],
    "state": describe(state.values()),
}`,
  },
  {
    title: "an event of who is not in the room",
    body: `
return await api.create_and_send_event_into_room(
    {"type": "m.room.message", "room_id": room, "sender": "@bot:matrix.test", "content": {"body": "no"}}
)`,
  },
  {
    title: "an event of a user elsewhere",
    ownWords: true,
    body: `
return await api.create_and_send_event_into_room(
    {"type": "m.room.message", "room_id": room, "sender": "@alice:elsewhere.test", "content": {"body": "no"}}
)`,
  },
  {
    title: "a join of who is banned",
    body: `return await api.update_room_membership("@banned:matrix.test", "@banned:matrix.test", room, "join")`,
  },
];

export const LOCAL_QUESTIONS: readonly Question[] = [
  {
    title: "what needs no user",
    body: `
return [
    api.server_name, api.public_baseurl, api.is_mine("@a:matrix.test"), api.is_mine("@a:elsewhere.test"),
    api.get_qualified_user_id("a"), api.get_qualified_user_id("@a:matrix.test"),
]`,
  },
  {
    title: "JSON from elsewhere",
    body: `return sorted(await api.http_client.get_json(f"{homeserver}/_matrix/client/versions"))`,
  },
  {
    title: "a refusal from elsewhere",
    body: `return await api.http_client.post_json_get_json(f"{homeserver}/_matrix/client/v3/createRoom", {})`,
  },
  {
    title: "what is not JSON from elsewhere",
    body: `return await api.http_client.get_json(f"{homeserver}/health")`,
  },
  {
    title: "a text for a number, in a thread",
    body: `return await api.defer_to_thread(int, "no number")`,
  },
];
