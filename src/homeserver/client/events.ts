import { randomUUID } from "node:crypto";
import { z } from "zod";
import { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import type { HomeserverRequest, HomeserverRequests } from "./request.ts";

/** An event as clients see it (Matrix client-server API, "Room event format"). */
export const EventSchema = z.looseObject({
  event_id: z.string(),
  room_id: z.string(),
  type: z.string(),
  sender: z.string(),
  state_key: z.string().optional(),
  origin_server_ts: z.number(),
  content: z.record(z.string(), z.unknown()),
  unsigned: z.record(z.string(), z.unknown()).optional(),
});

/** An event to be sent. `contentText` is a JSON object. */
export interface OutgoingEvent {
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly contentText: string;
  /** Given: a state event. */
  readonly stateKey?: string | undefined;
  /** Given: a redaction of this event. */
  readonly redacts?: string | undefined;
  /** Milliseconds since the epoch, instead of the homeserver's own clock. */
  readonly originServerTs?: number | undefined;
}

const SentSchema = z.object({ event_id: z.string() });

/**
 * Sends an event as its sender and resolves to it as the homeserver keeps it: where the same state was there already,
 * that is the earlier event. A member event goes through `updateMembership`.
 */
export async function sendEvent(requests: HomeserverRequests, event: OutgoingEvent): Promise<JsonAnswer> {
  const { sender, contentText, originServerTs } = event;
  const answer = await requests.send({
    what: "send_event",
    method: "PUT",
    ...placeOf(event),
    ...(originServerTs !== undefined && { query: [["ts", String(originServerTs)]] }),
    bodyText: contentText,
    as: { userId: sender },
  });
  return readSentEvent(requests, event, answer.read(SentSchema).event_id);
}

/**
 * The event that a call has made. It has been made whether it can be read or not: an event that the sender may not see
 * is put together from what was sent.
 */
export async function readSentEvent(
  requests: HomeserverRequests,
  sent: OutgoingEvent,
  eventId: string,
): Promise<JsonAnswer> {
  const { roomId, sender } = sent;
  const path = pathOf`/_matrix/client/v3/rooms/${roomId}/event/${eventId}`;
  try {
    return await requests.send({ what: "get_event", method: "GET", path, as: { userId: sender } });
  } catch {
    return rebuildEvent(sent, eventId);
  }
}

function placeOf({ roomId, type, stateKey, redacts }: OutgoingEvent): Pick<HomeserverRequest, "path" | "repeatable"> {
  if (stateKey !== undefined) {
    return { path: pathOf`/_matrix/client/v3/rooms/${roomId}/state/${type}/${stateKey}` };
  }
  // The homeserver recognises a transaction that it has seen, and answers with the event that it made then.
  const transaction = `media-bridge-${randomUUID()}`;
  if (redacts !== undefined && type === "m.room.redaction") {
    return {
      path: pathOf`/_matrix/client/v3/rooms/${roomId}/redact/${redacts}/${transaction}`,
      repeatable: true,
    };
  }
  return { path: pathOf`/_matrix/client/v3/rooms/${roomId}/send/${type}/${transaction}`, repeatable: true };
}

function rebuildEvent(sent: OutgoingEvent, eventId: string): JsonAnswer {
  const { roomId, type, sender, stateKey, redacts, contentText, originServerTs = Date.now() } = sent;
  const head = JSON.stringify({
    event_id: eventId,
    room_id: roomId,
    type,
    sender,
    ...(stateKey !== undefined && { state_key: stateKey }),
    ...(redacts !== undefined && { redacts }),
    origin_server_ts: originServerTs,
    unsigned: {},
  });
  // The content stays unchanged text.
  return new JsonAnswer(`${head.slice(0, -1)},"content":${contentText}}`, "send_event");
}
