import { z } from "zod";
import { askAccountData, putAccountData } from "./account-data.ts";
import { EventSchema, sendEvent } from "./events.ts";
import type {
  HomeserverClient,
  HomeserverRoom,
  HomeserverUser,
  MembershipToSet,
  RoomEvent,
} from "./homeserver-client.ts";
import { updateMembership, type MembershipChange } from "./membership.ts";
import type { HomeserverRequests } from "./request.ts";
import {
  AliasSchema,
  askAlias,
  askRoom,
  createRoom,
  deleteRoom,
  isRoomPublic,
  RoomSchema,
  setRoomPublic,
} from "./rooms.ts";
import { askRoomState, RoomStateSchema } from "./room-state.ts";
import {
  AdminUserSchema,
  askUser,
  askWhois,
  checkUsername,
  endAccessToken,
  findUser,
  setDisplayname,
  WhoisSchema,
} from "./users.ts";

const AccountDataSchema = z.record(z.string(), z.unknown());

/**
 * The typed client over one homeserver's requests.
 *
 * @example const user = await createHomeserverClient(requests).getUser("@alice:example.com");
 */
export function createHomeserverClient(requests: HomeserverRequests): HomeserverClient {
  const readUser = async (userId: string) => (await askUser(requests, userId))?.read(AdminUserSchema);
  return {
    getUser: async (userId) => {
      const user = await readUser(userId);
      return user && toUser(user);
    },
    isUserAdmin: async (userId) => (await readUser(userId))?.admin ?? false,
    findUser: (userId) => findUser(requests, userId),
    checkUsername: (localpart) => checkUsername(requests, localpart),
    getThreepids: async (userId) =>
      ((await readUser(userId))?.threepids ?? []).map(({ medium, address, validated_at, added_at }) => ({
        medium,
        address,
        validatedAtMs: validated_at,
        addedAtMs: added_at,
      })),
    getConnections: async (userId) => {
      const { devices } = (await askWhois(requests, userId)).read(WhoisSchema);
      const connections = Object.values(devices).flatMap(({ sessions }) =>
        sessions.flatMap((session) => session.connections),
      );
      return connections.map(({ ip, user_agent, last_seen }) => ({
        ip,
        userAgent: user_agent ?? "",
        lastSeenMs: last_seen ?? 0,
      }));
    },
    invalidateAccessToken: (accessToken) => endAccessToken(requests, accessToken),
    setDisplayname: (userId, displayname) => setDisplayname(requests, userId, displayname),
    getAccountData: async (userId, type) => (await askAccountData(requests, userId, type))?.read(AccountDataSchema),
    putAccountData: (userId, type, content) => putAccountData(requests, userId, type, toJson(content)),
    getRoomState: async (roomId, selectors) => {
      const types = selectors && [...new Set(selectors.map(({ type }) => type))];
      const answers = await askRoomState(requests, roomId, types);
      const events = answers.flatMap((answer) => answer.read(RoomStateSchema).state.map(toEvent));
      const isWanted = ({ type, stateKey }: RoomEvent) =>
        selectors === undefined ||
        selectors.some((selector) => selector.type === type && (selector.stateKey ?? stateKey) === stateKey);
      return events.filter(isWanted);
    },
    getRoom: async (roomId) => {
      const answer = await askRoom(requests, roomId);
      return answer && toRoom(answer.read(RoomSchema));
    },
    lookUpAlias: async (alias) => {
      const { room_id, servers } = (await askAlias(requests, alias)).read(AliasSchema);
      return { roomId: room_id, servers };
    },
    isRoomPublic: (roomId) => isRoomPublic(requests, roomId),
    setRoomPublic: (roomId, isPublic) => setRoomPublic(requests, roomId, isPublic),
    deleteRoom: (roomId) => deleteRoom(requests, roomId),
    sendEvent: async ({ content, ...event }) => {
      if (event.type === "m.room.member") throw new TypeError("a member event is sent by updateMembership()");
      const sent = await sendEvent(requests, { ...event, contentText: toJson(content) });
      return toEvent(sent.read(EventSchema));
    },
    updateMembership: async (change) => {
      const sent = await updateMembership(requests, toChange(change));
      return toEvent(sent.read(EventSchema));
    },
    createRoom: ({ creator, options = {}, joinProfile }) => {
      const profile = joinProfile && toJson({ ...joinProfile, membership: "join" });
      return createRoom(requests, creator, toJson(options), profile);
    },
  };
}

function toChange({ sender, target = sender, membership, content = {}, ...rest }: MembershipToSet): MembershipChange {
  const fields = ["displayname", "avatar_url"] as const;
  return {
    roomId: rest.roomId,
    sender,
    target,
    membership,
    contentText: toJson({ ...content, membership }),
    viaServers: rest.viaServers ?? [],
    missingProfile: fields.filter((field) => !Object.hasOwn(content, field)),
  };
}

/** An account in the form that modules get. */
export function toUser(user: z.infer<typeof AdminUserSchema>): HomeserverUser {
  return {
    userId: user.name,
    displayname: user.displayname ?? undefined,
    avatarUrl: user.avatar_url ?? undefined,
    userType: user.user_type ?? undefined,
    isAdmin: user.admin,
    isGuest: Boolean(user.is_guest),
    isDeactivated: user.deactivated,
    isLocked: user.locked,
    isSuspended: user.suspended,
    isShadowBanned: user.shadow_banned,
    isApproved: user.approved,
    createdAtMs: user.creation_ts * 1000,
    appserviceId:
      user.appservice_id === null || user.appservice_id === undefined ? undefined : String(user.appservice_id),
  };
}

function toRoom(room: z.infer<typeof RoomSchema>): HomeserverRoom {
  return {
    roomId: room.room_id,
    name: room.name ?? undefined,
    topic: room.topic ?? undefined,
    creator: room.creator ?? undefined,
    version: room.version ?? undefined,
    canonicalAlias: room.canonical_alias ?? undefined,
    joinRule: room.join_rules ?? undefined,
    encryption: room.encryption ?? undefined,
    joinedMembers: room.joined_members,
    joinedLocalMembers: room.joined_local_members,
    isPublic: Boolean(room.public),
  };
}

/** A room event in the form that modules get. */
export function toEvent(event: z.infer<typeof EventSchema>): RoomEvent {
  return {
    eventId: event.event_id,
    roomId: event.room_id,
    type: event.type,
    sender: event.sender,
    stateKey: event.state_key,
    originServerTs: event.origin_server_ts,
    content: event.content,
    unsigned: event.unsigned ?? {},
  };
}

/** Throws a `TypeError` for what JSON cannot say. */
function toJson(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value);
}
