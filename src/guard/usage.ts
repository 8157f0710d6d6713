import { matrixError } from "../errors.ts";
import { SingleFlight } from "../util/concurrency/single-flight.ts";
import type { UsageSums } from "../media/stores.ts";
import type { GuardRecords } from "./records.ts";
import type { Logger } from "../util/log.ts";
import type { SynapseMedia } from "./synapse-media.ts";
import type { UnrecordedDoubts } from "./unrecorded-doubts.ts";

/**
 * How long Synapse may continue with an upload after the service lost sight of it. Reading does not resolve a younger
 * doubt: the upload may be stored just afterwards.
 */
const UNCERTAIN_FOR_MS = 5 * 60_000;

export interface UsageParts {
  readonly sums: UsageSums;
  readonly records: GuardRecords;
  /** Users whose doubts could not be recorded. */
  readonly doubts: UnrecordedDoubts;
  /** undefined where Synapse may not be asked: then only what passed through this service counts. */
  readonly synapse: SynapseMedia | undefined;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * What users have uploaded, including earlier uploads: where a user's uploads within a period are not known here, they
 * are read from Synapse when they are first needed.
 */
export class UpstreamUsage implements UsageSums {
  readonly #parts: UsageParts;
  readonly #now: () => number;
  /** One reading per user at a time, for all uploads that wait for it. */
  readonly #reading = new SingleFlight<number>();

  constructor(parts: UsageParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** Like `UsageSums.uploadedBytes`. Rejects with `USAGE_UNKNOWN` where Synapse must be asked and cannot be. */
  async uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]> {
    const { sums, synapse } = this.#parts;
    if (synapse && sinceTs.length > 0) {
      const earliest = Math.min(...sinceTs);
      // While a doubt is young, a reading is only the best that is known now; the next upload has it read again.
      if (!(await this.#isKnown(userId, earliest))) await this.#readOnce(userId, earliest, synapse);
    }
    return sums.uploadedBytes(userId, sinceTs);
  }

  async #isKnown(userId: string, sinceTs: number): Promise<boolean> {
    const { records, doubts } = this.#parts;
    return (await records.isKnown(userId, sinceTs)) && !(await doubts.has(userId));
  }

  async #readOnce(userId: string, sinceTs: number, synapse: SynapseMedia): Promise<void> {
    let readSinceTs: number;
    // The reading of another upload may not have gone back far enough for this one.
    do readSinceTs = await this.#reading.share(userId, () => this.#read(userId, sinceTs, synapse));
    while (readSinceTs > sinceTs);
  }

  /** Resolves to `sinceTs`. */
  async #read(userId: string, sinceTs: number, synapse: SynapseMedia): Promise<number> {
    const { records, doubts, log } = this.#parts;
    try {
      const { settledTs, ...found } = await readUsage(userId, sinceTs, { records, synapse, now: this.#now });
      await doubts.resolve(userId, settledTs);
      log.info({ user: userId, ...found }, "a user's usage was read from Synapse");
      return sinceTs;
    } catch (error) {
      log.warn({ user: userId, err: error }, "a user's usage cannot be read from Synapse");
      throw matrixError("USAGE_UNKNOWN", { cause: error });
    }
  }
}

/**
 * Reads one user's uploads later than `sinceTs` from Synapse and records them. Resolves to what was found; it certainly
 * includes what the user uploaded before `settledTs`.
 */
export async function readUsage(
  userId: string,
  sinceTs: number,
  parts: { records: GuardRecords; synapse: SynapseMedia; now?: () => number },
): Promise<{ media: number; bytes: number; settledTs: number }> {
  const { records, synapse, now = Date.now } = parts;
  const readTs = now();
  const found = { media: 0, bytes: 0 };
  for await (const page of synapse.mediaOf(userId, sinceTs)) {
    await records.addMedia(page);
    found.media += page.length;
    found.bytes += page.reduce((sum, { mediaLength }) => sum + mediaLength, 0);
  }
  const settledTs = readTs - UNCERTAIN_FOR_MS;
  await records.markRead(userId, { sinceTs, readTs }, settledTs);
  return { ...found, settledTs };
}
