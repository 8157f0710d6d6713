import { z } from "zod";
import type { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import { unlessNotFound } from "./refusal.ts";
import type { HomeserverRequests } from "./request.ts";

/** What an administrator is told about a room. */
export const RoomSchema = z.object({
  room_id: z.string(),
  name: z.string().nullish(),
  topic: z.string().nullish(),
  creator: z.string().nullish(),
  version: z.string().nullish(),
  canonical_alias: z.string().nullish(),
  encryption: z.string().nullish(),
  join_rules: z.string().nullish(),
  joined_members: z.int().default(0),
  joined_local_members: z.int().default(0),
  public: z.union([z.boolean(), z.int()]).default(false),
});

/** The room of an alias. */
export const AliasSchema = z.object({ room_id: z.string(), servers: z.array(z.string()) });

const CreatedSchema = z.object({ room_id: z.string() });
const VisibilitySchema = z.object({ visibility: z.string() });

/** `GET /_synapse/admin/v1/rooms/{roomId}`; undefined where the room does not exist. */
export function askRoom(requests: HomeserverRequests, roomId: string): Promise<JsonAnswer | undefined> {
  return unlessNotFound(
    requests.send({
      what: "get_room",
      method: "GET",
      path: pathOf`/_synapse/admin/v1/rooms/${roomId}`,
      as: { admin: true },
    }),
  );
}

/** `DELETE /_synapse/admin/v2/rooms/{roomId}`: begins to remove a room from the homeserver and its database. */
export async function deleteRoom(requests: HomeserverRequests, roomId: string): Promise<void> {
  await requests.send({
    what: "delete_room",
    method: "DELETE",
    path: pathOf`/_synapse/admin/v2/rooms/${roomId}`,
    bodyText: JSON.stringify({ block: false, purge: true, force_purge: false }),
    as: { admin: true },
  });
}

/**
 * `POST /createRoom`, as the user; resolves to the room's id. `configText` is the request's JSON. A profile for the
 * creator in this room is set by a second request, since the first one has no place for it.
 */
export async function createRoom(
  requests: HomeserverRequests,
  userId: string,
  configText: string,
  joinProfileText: string | undefined,
): Promise<string> {
  const answer = await requests.send({
    what: "create_room",
    method: "POST",
    path: "/_matrix/client/v3/createRoom",
    bodyText: configText,
    as: { userId },
  });
  const roomId = answer.read(CreatedSchema).room_id;
  if (joinProfileText !== undefined) {
    await requests.send({
      what: "create_room",
      method: "PUT",
      path: pathOf`/_matrix/client/v3/rooms/${roomId}/state/m.room.member/${userId}`,
      bodyText: joinProfileText,
      as: { userId },
    });
  }
  return roomId;
}

/** `GET /directory/room/{alias}`. Rejects with the homeserver's refusal where the alias does not exist. */
export function askAlias(requests: HomeserverRequests, alias: string): Promise<JsonAnswer> {
  const path = pathOf`/_matrix/client/v3/directory/room/${alias}`;
  return requests.send({ what: "look_up_alias", method: "GET", path, as: { admin: true } });
}

/** `GET /directory/list/room/{roomId}`: also false where the room does not exist. */
export async function isRoomPublic(requests: HomeserverRequests, roomId: string): Promise<boolean> {
  const answer = await unlessNotFound(
    requests.send({
      what: "is_room_public",
      method: "GET",
      path: pathOf`/_matrix/client/v3/directory/list/room/${roomId}`,
      as: { admin: true },
    }),
  );
  return answer?.read(VisibilitySchema).visibility === "public";
}

/** `PUT /directory/list/room/{roomId}`, as the administrator. */
export async function setRoomPublic(requests: HomeserverRequests, roomId: string, isPublic: boolean): Promise<void> {
  await requests.send({
    what: "set_room_public",
    method: "PUT",
    path: pathOf`/_matrix/client/v3/directory/list/room/${roomId}`,
    bodyText: JSON.stringify({ visibility: isPublic ? "public" : "private" }),
    as: { admin: true },
  });
}
