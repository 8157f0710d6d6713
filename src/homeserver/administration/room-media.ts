import { z } from "zod";
import { pathOf } from "../client/path.ts";
import { answerOfFailure } from "./refusal-answer.ts";
import type { HomeserverRequests } from "../client/request.ts";

/** The media that the events of a room name, as `mxc` URIs. Encrypted rooms do not reveal theirs. */
export interface RoomMedia {
  readonly local: readonly string[];
  readonly remote: readonly string[];
}

const RoomMediaSchema = z.object({ local: z.array(z.string()), remote: z.array(z.string()) });

/** Enough for 250,000 of them. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/**
 * `GET /_synapse/admin/v1/room/{roomId}/media` with an administrator's token; a Synapse without a media repository
 * answers it as well. Rejects with what the client is to be answered.
 */
export async function askRoomMedia(requests: HomeserverRequests, roomId: string, token: string): Promise<RoomMedia> {
  // Not ids of rooms, and a server could take them for a path of its own.
  if (roomId === "." || roomId === "..") return { local: [], remote: [] };
  try {
    const answer = await requests.send({
      what: "get_room_media",
      method: "GET",
      path: pathOf`/_synapse/admin/v1/room/${roomId}/media`,
      as: { token },
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    return answer.read(RoomMediaSchema);
  } catch (error) {
    throw answerOfFailure(error);
  }
}
