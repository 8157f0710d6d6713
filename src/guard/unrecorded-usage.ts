import { matrixError } from "../errors.ts";
import type { UsageSums } from "../media/stores.ts";
import type { SynapseMedia } from "./synapse-media.ts";

/** What a database says of users' uploads, to one that only looks at it. */
export interface RecordedUsage extends UsageSums {
  /** Whether everything that the user uploaded to Synapse later than `sinceTs` is recorded, as far as that can be told. */
  isKnown(userId: string, sinceTs: number): Promise<boolean>;
  /** The ids of media that the sums since `sinceTs` have in them. */
  countedIds(userId: string, sinceTs: number): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/**
 * What users have uploaded to Synapse, as `UpstreamUsage` would count it, without recording anything: what is not recorded is
 * read from Synapse each time.
 */
export class UnrecordedUsage implements UsageSums {
  readonly #recorded: RecordedUsage;
  readonly #synapse: SynapseMedia;

  constructor(recorded: RecordedUsage, synapse: SynapseMedia) {
    this.#recorded = recorded;
    this.#synapse = synapse;
  }

  /** As `UsageSums.uploadedBytes`. Rejects with `USAGE_UNKNOWN` where Synapse has to be asked and cannot be. */
  async uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]> {
    const sums = await this.#recorded.uploadedBytes(userId, sinceTs);
    const earliest = Math.min(...sinceTs);
    if (sinceTs.length === 0 || (await this.#recorded.isKnown(userId, earliest))) return sums;
    const counted = await this.#recorded.countedIds(userId, earliest);
    try {
      for await (const page of this.#synapse.mediaOf(userId, earliest)) {
        for (const { mediaId, mediaLength, uploadedTs } of page) {
          if (counted.has(mediaId)) continue;
          for (const [index, since] of sinceTs.entries()) {
            if (uploadedTs > since) sums[index] = (sums[index] ?? 0) + mediaLength;
          }
        }
      }
    } catch (error) {
      throw matrixError("USAGE_UNKNOWN", { cause: error });
    }
    return sums;
  }
}
