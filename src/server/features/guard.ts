import { shownMediaStore } from "../../config/build/shown-media-store.ts";
import type { Config } from "../../config/config.ts";
import { InFlightUploads } from "../../guard/in-flight-uploads.ts";
import { openSpool } from "../../guard/spool.ts";
import type { UnrecordedDoubts } from "../../guard/unrecorded-doubts.ts";
import { UpstreamUsage } from "../../guard/usage.ts";
import { createGuardBackend } from "../../http/backends/guard.ts";
import type { RequesterOptions } from "../../http/request/authenticate.ts";
import { passThroughRoute } from "../../http/routes/pass-through.ts";
import type { AdmissionParts } from "../../media/upload/admission.ts";
import { QuotaLedger } from "../../media/upload/quota.ts";
import type { UsageAccounts } from "../../media/upload/usage-accounts.ts";
import type { Upstream } from "../../proxy/to-synapse.ts";
import type { Stores } from "../../storage/stores.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import type { RunningTasks } from "../../util/concurrency/running-tasks.ts";
import { openSynapseMedia } from "./open-synapse-media.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";
import type { MediaFeature } from "./feature.ts";

export interface GuardOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly cleanup: ShutdownStack;
  readonly requester: RequesterOptions;
  /** What decides about uploads. */
  readonly admission: Omit<AdmissionParts, "chain" | "ledger">;
  /** What users have reserved. */
  readonly accounts: UsageAccounts;
  /** Uploads whose end is neither known nor recorded. */
  readonly doubts: UnrecordedDoubts;
  readonly stores: Pick<Stores, "usage" | "guard">;
  readonly running: RunningTasks;
}

/** Guards the Synapse that the configuration names, without a repository of its own. Throws a StartError `STORE`. */
export function openGuard(upstream: Upstream, options: GuardOptions): MediaFeature {
  const { config, log, clock, cleanup, requester, admission, accounts, doubts, stores, running } = options;
  const { now } = clock;
  const { serverName, maxUploadSizeBytes } = config;
  const spool = openSpool(shownMediaStore(config));
  const leftovers = spool.leftovers();
  const records = stores.guard;
  const synapse = openSynapseMedia(config, log, cleanup);
  if (synapse === undefined) log.warn({}, USAGE_UNREADABLE);
  const usage = new UpstreamUsage({ sums: stores.usage, records, doubts, synapse, log, now });
  const ledger = new QuotaLedger(usage, { accounts, now });
  const notes = new InFlightUploads({ records, doubts, log, now });
  cleanup.add(() => notes.close());
  const handOn = { ...requester, idleTimeoutMs: config.mediaBridge.upload.idleTimeoutMs, upstream };
  const guard = { ...admission, ledger, upstream, notes, spool };
  return {
    backend: createGuardBackend({ ...handOn, serverName, maxUploadSizeBytes, guard, records, log, now, running }),
    routes: [passThroughRoute(handOn)],
    ledger,
    isUsagePartial: synapse === undefined,
    async clear() {
      const removed = await spool.clear(leftovers);
      const doubted = await records.doubtAll(now());
      if (removed + doubted > 0)
        log.info({ removed, doubted }, "the remains of uploads that a stop had cut short were removed");
    },
  };
}

const USAGE_UNREADABLE =
  "what users uploaded before this service was put in front of Synapse cannot be read, so limits by period count only what " +
  "passes through here: name an administrator's token in media_bridge.homeserver.admin_token_file";
