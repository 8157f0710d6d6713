import { createHash } from "node:crypto";
import { readStored } from "../storm/rows.ts";
import type { World } from "./world.ts";
import { CROWD, LIMIT_BYTES } from "./requests.ts";
import { bodyOf, type Told } from "./told.ts";

/**
 * What is wrong with what was stored, once everything has ended: nothing past a quota, and each upload that was
 * answered, as it was sent.
 */
export function compareStores(world: World): string | undefined {
  return world.isGuard ? compareWitness(world) : compareRepository(world);
}

function compareWitness({ witness, requests }: World): string | undefined {
  const bytes = witness.stored.get(CROWD.limited) ?? 0;
  if (bytes > LIMIT_BYTES) return `${CROWD.limited} has ${bytes} bytes of ${LIMIT_BYTES}`;
  const lost = uploadsOf(requests.announcements.all).find((told) => told.status === 200 && !told.isWhole);
  return lost && `upload ${lost.nonce} was answered, and is not there`;
}

function compareRepository({ folder, requests }: World): string | undefined {
  const uploads = uploadsOf(requests.announcements.all).map((told) => [digestOf(told), told] as const);
  const unseen = new Map(uploads);
  let bytes = 0;
  for (const { sha256, user_id: userId, media_length: length } of readStored(folder)) {
    const told = unseen.get(sha256);
    if (told === undefined) return `${length} bytes of ${userId} were not uploaded, or are there twice`;
    if (!userId.startsWith(`@${told.user}:`)) return `upload ${told.nonce} of ${told.user} is ${userId}'s`;
    if (told.fate !== "whole" && told.fate !== "maybe") return `upload ${told.nonce} was to be refused`;
    if (told.user === CROWD.limited) bytes += length;
    unseen.delete(sha256);
  }
  const lost = [...unseen.values()].find(({ status }) => status === 200);
  if (lost) return `upload ${lost.nonce} was answered, and is not there`;
  return bytes > LIMIT_BYTES ? `${CROWD.limited} has ${bytes} bytes of ${LIMIT_BYTES}` : undefined;
}

function uploadsOf(all: readonly Told[]): Told[] {
  return all.filter(({ isUpload }) => isUpload);
}

function digestOf({ nonce, body }: Told): string {
  return createHash("sha256")
    .update(bodyOf(nonce, body ?? { bytes: 0, mark: "" }))
    .digest("hex");
}
