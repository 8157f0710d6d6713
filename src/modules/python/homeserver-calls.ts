import { z } from "zod";
import { askAccountData, putAccountData } from "../../homeserver/client/account-data.ts";
import { EventSchema, sendEvent } from "../../homeserver/client/events.ts";
import type { JsonAnswer } from "../../homeserver/client/json-answer.ts";
import { updateMembership } from "../../homeserver/client/membership.ts";
import type { HomeserverRequests } from "../../homeserver/client/request.ts";
import { askRoomState } from "../../homeserver/client/room-state.ts";
import * as rooms from "../../homeserver/client/rooms.ts";
import * as users from "../../homeserver/client/users.ts";
import { HomeserverError } from "../../homeserver/homeserver-error.ts";

/** One call that Python modules may make: its arguments, and its request. Resolves to JSON text. */
export interface HomeserverCall {
  /** Rejects arguments of another form with a zod error, before the homeserver is asked. */
  run(requests: HomeserverRequests, args: unknown): Promise<string | null>;
}

/** Less than a frame of the bridge. */
const MAX_ANSWERS_BYTES = 15 * 2 ** 20;

const Text = z.string().max(4096);
const JsonObject = z.string().refine(isJsonObject, { error: "expected the text of a JSON object" });
const User = z.strictObject({ user_id: Text });
const Room = z.strictObject({ room_id: Text });
const AccountData = z.strictObject({ user_id: Text, type: Text });
const AccountDataObject = z.record(z.string(), z.unknown());
const Event = z.strictObject({
  room_id: Text,
  type: Text,
  sender: Text,
  content: JsonObject,
  state_key: Text.nullable(),
  redacts: Text.nullable(),
  origin_server_ts: z.int().nullable(),
});
const Membership = z.strictObject({
  sender: Text,
  target: Text,
  room_id: Text,
  membership: Text,
  content: JsonObject,
  via_servers: z.array(Text),
  missing_profile: z.array(z.enum(["displayname", "avatar_url"])),
});
const NewRoom = z.strictObject({ user_id: Text, config: JsonObject, join_profile: JsonObject.nullable() });

/** Every call there is, by its name on the wire (docs/bridge-protocol.md). */
export const HOMESERVER_CALLS: Readonly<Record<string, HomeserverCall>> = {
  get_user: call(User, async (requests, { user_id }) =>
    check(await users.askUser(requests, user_id), users.AdminUserSchema),
  ),
  find_user: call(User, async (requests, { user_id }) => toJson(await users.findUser(requests, user_id))),
  get_whois: call(User, async (requests, { user_id }) =>
    check(await users.askWhois(requests, user_id), users.WhoisSchema),
  ),
  check_username: call(z.strictObject({ username: Text }), async (requests, { username }) =>
    nothing(users.checkUsername(requests, username)),
  ),
  set_displayname: call(z.strictObject({ user_id: Text, displayname: Text }), (requests, { user_id, displayname }) =>
    nothing(users.setDisplayname(requests, user_id, displayname)),
  ),
  invalidate_access_token: call(z.strictObject({ token: Text.regex(/^[\x21-\x7e]+$/) }), (requests, { token }) =>
    nothing(users.endAccessToken(requests, token)),
  ),
  get_account_data: call(AccountData, async (requests, { user_id, type }) =>
    check(await askAccountData(requests, user_id, type), AccountDataObject),
  ),
  put_account_data: call(AccountData.extend({ content: JsonObject }), (requests, { user_id, type, content }) =>
    nothing(putAccountData(requests, user_id, type, content)),
  ),
  get_room_state: call(Room.extend({ types: z.array(Text).nullable() }), async (requests, { room_id, types }) =>
    // Not parsed here: it may be long, and the child, which reads it, checks its shape.
    joinAnswers(await askRoomState(requests, room_id, types ?? undefined)),
  ),
  get_room: call(Room, async (requests, { room_id }) =>
    check(await rooms.askRoom(requests, room_id), rooms.RoomSchema),
  ),
  look_up_alias: call(z.strictObject({ alias: Text }), async (requests, { alias }) =>
    check(await rooms.askAlias(requests, alias), rooms.AliasSchema),
  ),
  is_room_public: call(Room, async (requests, { room_id }) => toJson(await rooms.isRoomPublic(requests, room_id))),
  set_room_public: call(Room.extend({ public: z.boolean() }), (requests, { room_id, public: isPublic }) =>
    nothing(rooms.setRoomPublic(requests, room_id, isPublic)),
  ),
  delete_room: call(Room, (requests, { room_id }) => nothing(rooms.deleteRoom(requests, room_id))),
  create_room: call(NewRoom, async (requests, { user_id, config, join_profile }) =>
    toJson(await rooms.createRoom(requests, user_id, config, join_profile ?? undefined)),
  ),
  send_event: call(Event, async (requests, event) => {
    const sent = await sendEvent(requests, {
      roomId: event.room_id,
      type: event.type,
      sender: event.sender,
      contentText: event.content,
      stateKey: event.state_key ?? undefined,
      redacts: event.redacts ?? undefined,
      originServerTs: event.origin_server_ts ?? undefined,
    });
    return check(sent, EventSchema);
  }),
  update_membership: call(Membership, async (requests, { room_id, content, via_servers, missing_profile, ...rest }) => {
    const change = { ...rest, roomId: room_id, contentText: content };
    const event = await updateMembership(requests, {
      ...change,
      viaServers: via_servers,
      missingProfile: missing_profile,
    });
    return check(event, EventSchema);
  }),
};

function call<Args>(
  schema: z.ZodType<Args>,
  run: (requests: HomeserverRequests, args: Args) => Promise<string | null>,
): HomeserverCall {
  return { run: async (requests, args) => run(requests, schema.parse(args)) };
}

/** The text of an answer that has the right shape: Python reads the homeserver's own text, to the last digit. */
function check(answer: JsonAnswer | undefined, schema: z.ZodType): string | null {
  answer?.read(schema);
  return answer?.text ?? null;
}

function joinAnswers(answers: readonly JsonAnswer[]): string {
  const joined = `[${answers.map(({ text }) => text).join(",")}]`;
  if (Buffer.byteLength(joined) <= MAX_ANSWERS_BYTES) return joined;
  throw new HomeserverError("HOMESERVER_BAD_ANSWER", `get_room_state: more than ${MAX_ANSWERS_BYTES} bytes altogether`);
}

function toJson(value: string | boolean | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

async function nothing(done: Promise<void>): Promise<null> {
  await done;
  return null;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
