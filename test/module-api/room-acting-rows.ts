import { ALICE, ROOM, ROOM_PATH, AS_ALICE, event, member } from "./room-facts.ts";
import type { Trial } from "./row.ts";

const SENT: readonly [number, unknown] = [200, { event_id: "$event" }];
const READ_BACK = `GET ${ROOM_PATH}/event/%24event?${AS_ALICE}`;
const MESSAGE = event("m.room.message", { content: { body: "hi", n: 1 } });

/** Rows by which a module acts as a user. */
export const ROOM_ACTING_ROWS: Readonly<Record<string, Trial>> = {
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
