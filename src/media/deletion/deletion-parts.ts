import type { Chain } from "../../callbacks/chain.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import type { BlobStore } from "../blobs.ts";
import type { ProviderCopies } from "../copies/provider-copies.ts";
import type { UploadWaiters } from "../download/upload-waiters.ts";
import type { MediaStores } from "../stores.ts";

/** What deletions work on. */
export interface DeletionParts {
  readonly stores: Pick<MediaStores, "deletions" | "flushed">;
  readonly blobs: Pick<BlobStore, "remove" | "thumbnailsOf">;
  /** Downloads that wait for an upload to an id that is deleted need not wait any longer. */
  readonly waits: Pick<UploadWaiters, "wake">;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests. */
  readonly pace?: JournalPace;
}

/** The modules and the storage providers of a generation. */
export interface DeletionMeans {
  readonly chain: Pick<Chain, "tell">;
  /** Undefined where no storage provider is configured. */
  readonly copies: Pick<ProviderCopies, "namesOfAll" | "delete"> | undefined;
}

/** Milliseconds. */
export interface JournalPace {
  /** After the first failure; each further one doubles it. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}
