import type { GuardRecords } from "./records.ts";
import type { SynapseMedia } from "./synapse-media.ts";
import { readUsage } from "./usage.ts";

export interface ImportParts {
  readonly records: GuardRecords;
  readonly synapse: SynapseMedia;
  /** The longest period over which a user's uploads are limited, milliseconds; undefined where they are not limited. */
  readonly periodOf: (userId: string) => Promise<number | undefined>;
  /** Called for every user that is done. */
  readonly onProgress: (progress: ImportProgress) => void;
  readonly now?: () => number;
}

export interface ImportProgress {
  readonly users: number;
  readonly usersDone: number;
  /** How many of these an interrupted import had done already. */
  readonly usersSkipped: number;
  readonly media: number;
  readonly bytes: number;
}

/**
 * Reads what all users uploaded to Synapse within the longest period in use. An interrupted import continues where it
 * stopped, and one that is run again counts nothing twice, because media is recorded by its id. Rejects where Synapse
 * cannot be asked.
 */
export async function importUsage(parts: ImportParts): Promise<ImportProgress> {
  const { records, synapse, periodOf, onProgress, now = Date.now } = parts;
  const unfinished = await records.unfinishedImport();
  const startedTs = unfinished ?? now();
  if (unfinished === undefined) await records.startImport(startedTs);
  // All users are listed before the first is read: otherwise users who lose all their media in the meantime would shift
  // the pages.
  const userIds = await synapse.uploaders();
  let progress: ImportProgress = { users: userIds.length, usersDone: 0, usersSkipped: 0, media: 0, bytes: 0 };
  for (const userId of userIds) {
    const periodMs = await periodOf(userId);
    // Nothing earlier is known about a user without limits. If the user gets one, the usage is read when it is needed.
    const sinceTs = startedTs - (periodMs ?? 0);
    const last = await records.lastRead(userId);
    const isDone =
      unfinished !== undefined && last !== undefined && last.readTs >= startedTs && last.sinceTs <= sinceTs;
    let found = { media: 0, bytes: 0 };
    if (!isDone && periodMs !== undefined) found = await readUsage(userId, sinceTs, { records, synapse, now });
    if (!isDone && periodMs === undefined) await records.markRead(userId, { sinceTs, readTs: now() }, 0);
    progress = {
      users: userIds.length,
      usersDone: progress.usersDone + 1,
      usersSkipped: progress.usersSkipped + Number(isDone),
      media: progress.media + found.media,
      bytes: progress.bytes + found.bytes,
    };
    onProgress(progress);
  }
  await records.finishImport(startedTs);
  return progress;
}
