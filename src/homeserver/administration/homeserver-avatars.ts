import { z } from "zod";
import { matrixError } from "../../errors.ts";
import { pathOf } from "../client/path.ts";
import type { Authority, HomeserverRequest, HomeserverRequests } from "../client/request.ts";
import type { JsonAnswer } from "../client/json-answer.ts";
import { unlessNotFound } from "../client/refusal.ts";
import { HomeserverError } from "../homeserver-error.ts";
import { answerOfFailure } from "./refusal-answer.ts";

const PAGE = 500;
/** Enough for any server that is administered this way: beyond, its database answers. */
const MAX_LISTED = 100_000;
/** Questions under way at a time. */
const CONCURRENCY = 8;

const UserSchema = z.object({ avatar_url: z.string().nullish() });
const UsersPageSchema = z.object({
  users: z.array(UserSchema),
  next_token: z.coerce.number().optional(),
  total: z.int().optional(),
});
const ListedRoomSchema = z.object({ room_id: z.string() });
const RoomsPageSchema = z.object({
  rooms: z.array(ListedRoomSchema),
  next_batch: z.coerce.number().optional(),
  total_rooms: z.int().optional(),
});
const RoomSchema = z.object({ avatar: z.string().nullish() });

type Ask = (request: Pick<HomeserverRequest, "what" | "path" | "query">) => Promise<JsonAnswer>;

/** A part of a list, and where the next begins. */
interface ListPage<Entry> {
  readonly entries: readonly Entry[];
  readonly next: number | undefined;
  /** How long the list is, as the homeserver says. */
  readonly total: number | undefined;
}

/**
 * The ids of local media that are the avatar of a user or of a room, by Synapse's Admin API; avatars that users have in
 * single rooms alone are not among them. Rejects with what the client is to be answered.
 *
 * @param as an administrator's token, or the one of the configuration
 */
export async function listAvatars(
  requests: HomeserverRequests,
  as: Authority,
  serverName: string,
): Promise<ReadonlySet<string>> {
  const prefix = `mxc://${serverName}/`;
  const found = new Set<string>();
  const add = (uri: string | null | undefined) => {
    if (uri?.startsWith(prefix)) found.add(uri.slice(prefix.length));
  };
  const ask: Ask = (request) => requests.send({ method: "GET", as, ...request });
  try {
    const users = await forEachPage(
      (from) => readUsers(ask, from),
      ({ avatar_url: uri }) => add(uri),
    );
    // The administrator who asks is one of them.
    if (users === 0) throw incomplete("no users at all");
    const roomIds: string[] = [];
    await forEachPage(
      (from) => readRooms(ask, from),
      ({ room_id: roomId }) => roomIds.push(roomId),
    );
    const waiting = roomIds.values();
    const lookUp = async () => {
      for (const roomId of waiting) add(await readRoomAvatar(ask, roomId));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lookUp));
    return found;
  } catch (error) {
    throw answerOfFailure(error);
  }
}

async function readUsers(ask: Ask, from: number): Promise<ListPage<z.infer<typeof UserSchema>>> {
  const query = [...pageQuery(from), ["deactivated", "true"], ["locked", "true"]] as const;
  const answer = await ask({ what: "list_users", path: "/_synapse/admin/v2/users", query });
  const { users: entries, next_token: next, total } = answer.read(UsersPageSchema);
  return { entries, next, total };
}

async function readRooms(ask: Ask, from: number): Promise<ListPage<z.infer<typeof ListedRoomSchema>>> {
  const answer = await ask({ what: "list_rooms", path: "/_synapse/admin/v1/rooms", query: pageQuery(from) });
  const { rooms: entries, next_batch: next, total_rooms: total } = answer.read(RoomsPageSchema);
  return { entries, next, total };
}

/** A room may be gone since it was listed. */
async function readRoomAvatar(ask: Ask, roomId: string): Promise<string | null | undefined> {
  const answer = await unlessNotFound(ask({ what: "get_room", path: pathOf`/_synapse/admin/v1/rooms/${roomId}` }));
  return answer?.read(RoomSchema).avatar;
}

function pageQuery(from: number): readonly (readonly [string, string])[] {
  return [
    ["from", String(from)],
    ["limit", String(PAGE)],
  ];
}

/**
 * Returns how many entries were listed. Rejects where these are fewer than the homeserver says that there are: what it left
 * out might be an avatar.
 */
async function forEachPage<Entry>(
  read: (from: number) => Promise<ListPage<Entry>>,
  take: (entry: Entry) => unknown,
): Promise<number> {
  let listed = 0;
  let expected = 0;
  for (let from: number | undefined = 0; from !== undefined;) {
    const { entries, next, total = 0 }: ListPage<Entry> = await read(from);
    for (const entry of entries) take(entry);
    listed += entries.length;
    if (listed > MAX_LISTED) throw matrixError("PROFILES_UNKNOWN", { message: TOO_MANY });
    from = entries.length === 0 ? undefined : next;
    // What was removed while it was listed is missing from the last of these numbers as well.
    expected = total;
  }
  if (listed < expected) throw incomplete(`${listed} of ${expected} users or rooms`);
  return listed;
}

function incomplete(what: string): HomeserverError {
  return new HomeserverError("HOMESERVER_BAD_ANSWER", `the homeserver listed ${what}: its avatars are not known`);
}

const TOO_MANY =
  "The homeserver has too many users or rooms to ask for each avatar: name its database in media_bridge.homeserver.database, or say keep_profiles=false";
