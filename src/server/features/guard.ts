import type { CallbackChain } from "../../callbacks/chain.ts";
import type { Config } from "../../config/config.ts";
import { shownMediaStore } from "../../config/build/shown-media-store.ts";
import type { RequesterOptions } from "../../http/request/authenticate.ts";
import { withFallback } from "../../http/routes/fallback.ts";
import { guardedAsyncUploadRoute, guardedUploadRoute } from "../../http/routes/guarded-upload.ts";
import { guardedConfigRoute, guardedCreateRoute, passingRoute } from "../../http/routes/guarded.ts";
import type { Route } from "../../http/routes/route.ts";
import { limitPageRoute } from "../../http/routes/service-pages.ts";
import type { AdmissionParts } from "../../media/upload/admission.ts";
import type { MediaMetadata } from "../../media/metadata.ts";
import { QuotaLedger, type QuotaAccounts } from "../../media/upload/quota.ts";
import type { GuardRecords } from "../../guard/records.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { createUpstream, type Upstream } from "../../proxy/to-synapse.ts";
import { openSpool } from "../../guard/spool.ts";
import { InFlightUploads } from "../../guard/in-flight-uploads.ts";
import { UpstreamUsage } from "../../guard/usage.ts";
import type { Logger } from "../../util/log.ts";
import type { RunningTasks } from "../../util/running-tasks.ts";
import type { ShutdownStack } from "../shutdown-stack.ts";
import { openSynapseMedia } from "../open-synapse-media.ts";

export interface FrontOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly cleanup: ShutdownStack;
  readonly chain: CallbackChain;
  readonly requester: RequesterOptions;
  /** What decides over uploads. */
  readonly upload: AdmissionParts;
  /** What users have reserved. */
  readonly accounts: QuotaAccounts;
  readonly metadata: MediaMetadata & { guardRecords(): GuardRecords };
  readonly metrics: Metrics;
  readonly running: RunningTasks;
}

/** What the service serves, and what is to be cleared of an earlier process once the address is ours. */
export interface Front {
  readonly routes: readonly Route[];
  clear(): Promise<void>;
}

/** Whether a Synapse keeps the media and this service only decides over it. */
export function isGuarding(config: Config): boolean {
  return config.mediaBridge.upstream?.mode === "guard";
}

/**
 * Places the service in front of the Synapse that the configuration names: guarding it, without routes of a repository of its own, or
 * asking it for what the repository does not know. Throws a StartError `STORE`.
 */
export function placeBeforeUpstream(repository: readonly Route[], options: FrontOptions): Front {
  const { config, cleanup, metadata, requester } = options;
  const settings = config.mediaBridge.upstream;
  if (settings === undefined) return { routes: repository, clear: async () => undefined };
  const upstream = createUpstream(settings);
  cleanup.add(() => upstream.close());
  if (isGuarding(config)) return guard(upstream, options);
  const { idleTimeoutMs } = config.mediaBridge.upload;
  const parts = { ...requester, idleTimeoutMs, upstream, metadata, serverName: config.serverName };
  return { routes: withFallback(repository, parts), clear: async () => undefined };
}

function guard(upstream: Upstream, options: FrontOptions): Front {
  const { config, log, cleanup, chain, requester, accounts, metadata, metrics, running } = options;
  const { serverName } = config;
  const { idleTimeoutMs } = config.mediaBridge.upload;
  const spool = openSpool(shownMediaStore(config));
  const leftovers = spool.leftovers();
  const records = metadata.guardRecords();
  const synapse = openSynapseMedia(config, log, cleanup);
  if (synapse === undefined) log.warn({}, USAGE_UNREADABLE);
  const ledger = new QuotaLedger(new UpstreamUsage({ sums: metadata, records, synapse, log }), { accounts });
  const notes = new InFlightUploads({ records, log });
  cleanup.add(() => notes.close());
  const passing = { ...requester, idleTimeoutMs, upstream };
  const parts = { ...options.upload, ledger, upstream, notes, spool };
  const upload = { ...requester, idleTimeoutMs, serverName, guard: parts, records, metrics, running };
  return {
    routes: [
      guardedConfigRoute({ ...passing, chain, maxUploadSizeBytes: config.maxUploadSizeBytes }),
      guardedUploadRoute(upload),
      guardedAsyncUploadRoute(upload),
      guardedCreateRoute({ ...passing, records, log }),
      passingRoute(passing),
      limitPageRoute(),
    ],
    async clear() {
      const removed = await spool.clear(leftovers);
      const doubted = await records.doubtAll(Date.now());
      if (removed + doubted > 0) log.info({ removed, doubted }, "uploads that a stop had cut short were cleared");
    },
  };
}

const USAGE_UNREADABLE =
  "what users uploaded before this service stood in front of Synapse cannot be read, so limits by period count only what " +
  "passes through here: name an administrator's token in media_bridge.homeserver.admin_token_file";
