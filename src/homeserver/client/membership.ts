import { z } from "zod";
import { readSentEvent } from "./events.ts";
import type { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import { HomeserverRefusal } from "./refusal.ts";
import type { HomeserverRequests } from "./request.ts";

/** A change of a user's membership. `contentText` is a JSON object that holds `membership` as well. */
export interface MembershipChange {
  readonly sender: string;
  readonly target: string;
  readonly roomId: string;
  /** `join`, `invite`, `leave` (a kick where the target is another), `ban`, `unban`, `knock`. */
  readonly membership: string;
  readonly contentText: string;
  /** Servers to join or knock by. */
  readonly viaServers: readonly string[];
  /** Parts of the target's profile that the content lacks. */
  readonly missingProfile: readonly ("displayname" | "avatar_url")[];
}

const SentSchema = z.object({ event_id: z.string() });
const ProfileSchema = z.object({ displayname: z.string().nullish(), avatar_url: z.string().nullish() });
/** Where the homeserver puts the profile into the event by itself. */
const WITH_PROFILE = new Set(["join", "invite", "knock"]);
const MEMBER = "m.room.member";

/** Changes a membership as the sender and resolves to the member event. */
export async function updateMembership(requests: HomeserverRequests, change: MembershipChange): Promise<JsonAnswer> {
  const { sender, target, roomId, membership, contentText, viaServers } = change;
  // Only these two can lead over other servers, and only these two are told which.
  if (viaServers.length > 0 && sender === target && (membership === "join" || membership === "knock")) {
    await requests.send({
      what: "update_membership",
      method: "POST",
      path:
        membership === "join" ? pathOf`/_matrix/client/v3/join/${roomId}` : pathOf`/_matrix/client/v3/knock/${roomId}`,
      query: viaServers.flatMap((server): [string, string][] => [
        ["via", server],
        ["server_name", server],
      ]),
      bodyText: contentText,
      as: { userId: sender },
    });
    return readMember(requests, change);
  }
  const contentWithProfile = await addProfile(requests, change);
  const answer = await requests.send({
    what: "update_membership",
    method: "PUT",
    path: pathOf`/_matrix/client/v3/rooms/${roomId}/state/${MEMBER}/${target}`,
    bodyText: contentWithProfile,
    as: { userId: sender },
  });
  const sent = { roomId, type: MEMBER, sender, stateKey: target, contentText: contentWithProfile };
  return readSentEvent(requests, sent, answer.read(SentSchema).event_id);
}

/**
 * As in Synapse, every member event that a module makes includes the target's name, even one that ends a membership.
 */
async function addProfile(
  requests: HomeserverRequests,
  { sender, target, membership, contentText, missingProfile }: MembershipChange,
): Promise<string> {
  if (missingProfile.length === 0 || WITH_PROFILE.has(membership)) return contentText;
  const profile = await askProfile(requests, sender, target);
  const missing = Object.fromEntries(
    missingProfile.flatMap((field) => (profile[field] === undefined ? [] : [[field, profile[field]]])),
  );
  if (Object.keys(missing).length === 0) return contentText;
  // Into the text, so that the numbers in it stay unchanged; it is never `{}`, since it has the membership.
  return contentText.replace(/^\s*\{/, `${JSON.stringify(missing).slice(0, -1)},`);
}

async function askProfile(
  requests: HomeserverRequests,
  sender: string,
  target: string,
): Promise<z.infer<typeof ProfileSchema>> {
  const path = pathOf`/_matrix/client/v3/profile/${target}`;
  try {
    const answer = await requests.send({ what: "get_profile", method: "GET", path, as: { userId: sender } });
    return answer.read(ProfileSchema);
  } catch (error) {
    // The change is made also where the server does not return the profile.
    if (!(error instanceof HomeserverRefusal)) throw error;
    return { displayname: target.slice(1).split(":", 1)[0], avatar_url: null };
  }
}

function readMember(requests: HomeserverRequests, { sender, target, roomId }: MembershipChange): Promise<JsonAnswer> {
  return requests.send({
    what: "get_member_event",
    method: "GET",
    path: pathOf`/_matrix/client/v3/rooms/${roomId}/state/${MEMBER}/${target}`,
    query: [["format", "event"]],
    as: { userId: sender },
  });
}
