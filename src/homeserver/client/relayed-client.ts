import { z } from "zod";
import { DryRunRefusal, HomeserverError } from "../homeserver-error.ts";
import { toEvent, toUser } from "./create-client.ts";
import { EventSchema } from "./events.ts";
import type { HomeserverClient, StateSelector } from "./homeserver-client.ts";
import { HomeserverRefusal } from "./refusal.ts";
import { AdminUserSchema } from "./users.ts";

/**
 * Makes one call of Synapse's own ModuleApi: resolves to its outcome in the form of the wire (docs/bridge-protocol.md,
 * "Inside a Synapse"). Rejects where Synapse cannot be asked.
 */
export type HomeserverRelay = (call: string, args: object) => Promise<unknown>;

/** Calls that change nothing. */
const READS: ReadonlySet<string> = new Set([
  "get_user",
  "is_user_admin",
  "find_user",
  "check_username",
  "get_threepids",
  "get_connections",
  "get_account_data",
  "get_room_state",
  "look_up_alias",
  "is_room_public",
]);

/** Makes the calls that read; the others are held back, and reject with a {@link DryRunRefusal}. */
export function fenceRelay(relay: HomeserverRelay, onHeldBack: () => void): HomeserverRelay {
  return async (call, args) => {
    if (READS.has(call)) return relay(call, args);
    onHeldBack();
    throw new DryRunRefusal(call);
  };
}

const OutcomeSchema = z.union([
  z.strictObject({ answer: z.string().nullable() }),
  z.strictObject({ refused: z.strictObject({ status: z.int(), body: z.string() }) }),
  z.strictObject({ unusable: z.string() }),
  // Of what relays the calls of a thread: Synapse could not be asked.
  z.strictObject({ unreachable: z.string() }),
]);
const ThreepidsSchema = z.array(
  z.object({ medium: z.string(), address: z.string(), validated_at: z.number(), added_at: z.number() }),
);
const ConnectionsSchema = z.array(z.object({ ip: z.string(), user_agent: z.string(), last_seen: z.number() }));
const ContentSchema = z.record(z.string(), z.unknown());
const AliasSchema = z.object({ room_id: z.string(), servers: z.array(z.string()) });
const Nothing = z.null();

/** The homeserver as modules inside a Synapse reach it: each call is one of its own ModuleApi, and needs no token. */
export function relayedHomeserver(relay: HomeserverRelay): HomeserverClient {
  const ask = async <T>(call: string, args: object, schema: z.ZodType<T>): Promise<T> =>
    read(call, await send(relay, call, args), schema);
  const done = async (call: string, args: object): Promise<void> => {
    await ask(call, args, Nothing);
  };
  return {
    getUser: async (userId) => {
      const user = await ask("get_user", { user_id: userId }, AdminUserSchema.nullable());
      return user === null ? undefined : toUser(user);
    },
    isUserAdmin: (userId) => ask("is_user_admin", { user_id: userId }, z.boolean()),
    findUser: async (userId) => (await ask("find_user", { user_id: userId }, z.string().nullable())) ?? undefined,
    checkUsername: (username) => done("check_username", { username }),
    getThreepids: async (userId) =>
      (await ask("get_threepids", { user_id: userId }, ThreepidsSchema)).map(
        ({ medium, address, validated_at: validatedAtMs, added_at: addedAtMs }) => ({
          medium,
          address,
          validatedAtMs,
          addedAtMs,
        }),
      ),
    getConnections: async (userId) =>
      (await ask("get_connections", { user_id: userId }, ConnectionsSchema)).map(
        ({ ip, user_agent: userAgent, last_seen: lastSeenMs }) => ({ ip, userAgent, lastSeenMs }),
      ),
    invalidateAccessToken: (token) => done("invalidate_access_token", { token }),
    setDisplayname: (userId, displayname) => done("set_displayname", { user_id: userId, displayname }),
    getAccountData: async (userId, type) =>
      (await ask("get_account_data", { user_id: userId, type }, ContentSchema.nullable())) ?? undefined,
    putAccountData: (userId, type, content) =>
      done("put_account_data", { user_id: userId, type, content: toJson(content) }),
    getRoomState: async (roomId, selectors) => {
      const args = { room_id: roomId, selectors: selectors?.map(selectorToWire) ?? null };
      return (await ask("get_room_state", args, z.array(EventSchema))).map(toEvent);
    },
    getRoom: () => notOffered("getRoom"),
    lookUpAlias: async (alias) => {
      const { room_id: roomId, servers } = await ask("look_up_alias", { alias }, AliasSchema);
      return { roomId, servers };
    },
    isRoomPublic: (roomId) => ask("is_room_public", { room_id: roomId }, z.boolean()),
    setRoomPublic: (roomId, isPublic) => done("set_room_public", { room_id: roomId, public: isPublic }),
    deleteRoom: (roomId) => done("delete_room", { room_id: roomId }),
    sendEvent: async ({ roomId, type, sender, content, stateKey, redacts }) => {
      if (type === "m.room.member") throw new TypeError("a member event is sent by updateMembership()");
      const event = { room_id: roomId, type, sender, content: toJson(content) };
      const more = { state_key: stateKey ?? null, redacts: redacts ?? null };
      return toEvent(await ask("send_event", { ...event, ...more }, EventSchema));
    },
    updateMembership: async ({ roomId, sender, target = sender, membership, content = {}, viaServers = [] }) => {
      const change = { room_id: roomId, sender, target, membership, content: toJson(content) };
      return toEvent(await ask("update_membership", { ...change, via_servers: viaServers }, EventSchema));
    },
    createRoom: ({ creator, options = {}, joinProfile }) => {
      const profile = joinProfile === undefined ? null : toJson(joinProfile);
      return ask("create_room", { user_id: creator, config: toJson(options), join_profile: profile }, z.string());
    },
  };
}

async function send(relay: HomeserverRelay, call: string, args: object): Promise<unknown> {
  try {
    return await relay(call, args);
  } catch (error) {
    if (error instanceof HomeserverError) throw error;
    throw new HomeserverError("HOMESERVER_UNREACHABLE", `${call}: ${error instanceof Error ? error.message : "lost"}`);
  }
}

function read<T>(call: string, raw: unknown, schema: z.ZodType<T>): T {
  const outcome = OutcomeSchema.safeParse(raw).data;
  if (outcome !== undefined && "refused" in outcome) {
    throw new HomeserverRefusal(call, outcome.refused.status, outcome.refused.body);
  }
  if (outcome !== undefined && "unreachable" in outcome) {
    throw new HomeserverError("HOMESERVER_UNREACHABLE", `${call}: ${outcome.unreachable}`);
  }
  if (outcome === undefined || "unusable" in outcome) {
    throw new HomeserverError("HOMESERVER_BAD_ANSWER", `${call}: ${outcome?.unusable ?? "an answer of another form"}`);
  }
  const answer = schema.safeParse(JSON.parse(outcome.answer ?? "null"));
  if (answer.success) return answer.data;
  throw new HomeserverError("HOMESERVER_BAD_ANSWER", `${call}: an answer of another form`);
}

function selectorToWire({ type, stateKey }: StateSelector): readonly [string, string | null] {
  return [type, stateKey ?? null];
}

function notOffered(name: string): Promise<never> {
  const message = `${name} is not part of Synapse's ModuleApi: load this module in the service to use it (docs/homeserver.md)`;
  return Promise.reject(new TypeError(message));
}

/** Throws a `TypeError` for what JSON cannot say. */
function toJson(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value);
}
