import type { Chain } from "../../callbacks/chain.ts";
import type { Config } from "../../config/config.ts";
import type { ProviderCopies } from "../../media/copies/provider-copies.ts";
import type { MediaRestorer } from "../../media/copies/restorer.ts";
import type { MakingParts } from "../../media/thumbnails/make-thumbnails.ts";
import { PremadeThumbnails } from "../../media/thumbnails/premade-thumbnails.ts";
import type { Logger } from "../../util/log.ts";
import type { ProcessState } from "../process-state.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

export interface ThumbnailOptions {
  readonly config: Config;
  readonly state: ProcessState;
  readonly log: Logger;
  readonly chain: Chain;
  readonly cleanup: ShutdownStack;
  /** Undefined without storage providers. */
  readonly storage: { readonly copies: ProviderCopies; readonly restorer: MediaRestorer } | undefined;
}

/** Thumbnails by one configuration: those that are made right after uploads, and those that are made on demand. */
export interface Thumbnails {
  readonly premade: PremadeThumbnails;
  readonly onDemand: { readonly making: MakingParts; readonly chain: Chain };
}

/** Opens what makes thumbnails of the media that this service keeps. */
export function openThumbnails({ config, state, log, chain, cleanup, storage }: ThumbnailOptions): Thumbnails {
  const { clock, stores, blobs, thumbnailJobs: jobs, thumbnailer, metrics } = state;
  const making: MakingParts = {
    clock,
    stores,
    blobs,
    jobs,
    thumbnailer,
    settings: config.thumbnails,
    providers: storage?.copies,
    restorer: storage?.restorer,
    log,
    onJob: (outcome, seconds) => metrics.thumbnailsMade(outcome, seconds),
  };
  const premade = new PremadeThumbnails(making, log);
  cleanup.add((graceMs) => premade.stop(graceMs));
  return { premade, onDemand: { making, chain } };
}
