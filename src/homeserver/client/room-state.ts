import { z } from "zod";
import { EventSchema } from "./events.ts";
import type { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import { unlessNotFound } from "./refusal.ts";
import type { HomeserverRequests } from "./request.ts";

/** The current state of a room. */
export const RoomStateSchema = z.object({ state: z.array(EventSchema) });

/** What fits into one frame of the bridge. */
const MAX_STATE_BYTES = 15 * 2 ** 20;

/**
 * `GET /_synapse/admin/v1/rooms/{roomId}/state`, as the administrator: the whole state, or that of some types, one
 * answer each. Empty where the room does not exist.
 */
export async function askRoomState(
  requests: HomeserverRequests,
  roomId: string,
  types: readonly string[] | undefined,
): Promise<JsonAnswer[]> {
  const answers = await Promise.all((types ?? [undefined]).map((type) => askStateOf(requests, roomId, type)));
  return answers.filter((answer) => answer !== undefined);
}

function askStateOf(
  requests: HomeserverRequests,
  roomId: string,
  type: string | undefined,
): Promise<JsonAnswer | undefined> {
  return unlessNotFound(
    requests.send({
      what: "get_room_state",
      method: "GET",
      path: pathOf`/_synapse/admin/v1/rooms/${roomId}/state`,
      ...(type !== undefined && { query: [["type", type]] }),
      as: { admin: true },
      maxAnswerBytes: MAX_STATE_BYTES,
    }),
  );
}
