import type { Config } from "../../config/config.ts";
import { loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import { openDryRunHomeserver } from "../../homeserver/client/dry-run-client.ts";
import type { Homeserver } from "../../homeserver/client/homeserver.ts";
import type { HomeserverClient } from "../../homeserver/client/homeserver-client.ts";
import { fenceRelay, relayedHomeserver, type HomeserverRelay } from "../../homeserver/client/relayed-client.ts";
import { declareUncounted } from "../../metrics/declared-metrics.ts";
import { homeserverRequests } from "../../modules/python/homeserver-requests.ts";
import { relayedRequests } from "../../modules/python/relayed-requests.ts";
import type { ModuleDatabase } from "../../module-api/module-database.ts";
import type { HeldBack } from "../../modules/heard/held-back.ts";
import { loadModules, type LoadedModules } from "../../modules/load.ts";
import { openTrialDatabase } from "../../storage/module-database/open-module-database.ts";
import { createLogger, type Logger } from "../../util/log.ts";
import { moduleDatabaseOptions } from "../modules/module-database.ts";
import { prepareDatabase } from "./throwaway-database.ts";

export interface DryRunOptions {
  /** Called with one line for each step of making the Python environment. */
  readonly onProgress: (line: string) => void;
  /** Where modules may make calls that change nothing: not at all, to the homeserver, or to every server that they name. */
  readonly mayRead?: "homeserver" | "anywhere" | undefined;
  /** Called for what is held back, except in the Python children, which count by themselves. */
  readonly onHeldBack?: (what: HeldBack) => void;
  /** Takes what modules log; absent: it is not logged. */
  readonly log?: Logger;
  /** The longest transaction; absent: as long as modules ask for. Milliseconds. */
  readonly maxTransactionMs?: number;
  /** Makes calls of a homeserver that are none over HTTP; absent: the configured homeserver is asked. */
  readonly relay?: HomeserverRelay | undefined;
}

/** The homeserver as modules of both languages reach it in a dry run. */
interface DryRunReach {
  readonly client: HomeserverClient;
  readonly requests: ReturnType<typeof homeserverRequests>;
  close(): Promise<void>;
}

/**
 * Loads all modules to look at them: nothing of theirs starts by itself, no other server is asked (or only for what changes
 * nothing there), and what they write to a database is rolled back. Rejects with a StartError.
 */
export async function loadModulesForDryRun(config: Config, options: DryRunOptions): Promise<LoadedModules> {
  const { onHeldBack = () => undefined, log = createLogger("fatal") } = options;
  const homeserver = openReach(config, options, log);
  const database = await openTrialDatabase({ ...moduleDatabaseOptions(config), log }, () => onHeldBack("write"));
  const prepared = await prepareDatabase(config, log);
  const close = async () => {
    await Promise.all([database.close(), homeserver.close(), prepared.remove()]);
  };
  const services = Promise.resolve({
    homeserver: homeserver.client,
    database: shorten(database, options.maxTransactionMs),
    metrics: declareUncounted().api,
  });
  const { requests } = homeserver;
  try {
    const { onProgress } = options;
    const mayGet = options.mayRead === "anywhere";
    const modules = await loadModules({
      config: prepared.config,
      log,
      dryRun: true,
      mayGet,
      maxTransactionMs: options.maxTransactionMs,
      services,
      requests,
      onProgress,
      onHeldBack,
    });
    return {
      ...modules,
      async stop(graceMs) {
        await modules.stop(graceMs);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A transaction that writes keeps its locks until it is rolled back. */
function shorten(database: ModuleDatabase, maxMs: number | undefined): ModuleDatabase {
  if (maxMs === undefined) return database;
  return {
    transaction: (name, run, options) =>
      database.transaction(name, run, { ...options, deadlineMs: Math.min(options?.deadlineMs ?? maxMs, maxMs) }),
  };
}

function openReach(config: Config, { relay, mayRead, onHeldBack }: DryRunOptions, log: Logger): DryRunReach {
  const holdBack = () => onHeldBack?.("homeserver");
  if (relay !== undefined) {
    const fenced = fenceRelay(relay, holdBack);
    return {
      client: relayedHomeserver(fenced),
      requests: relayedRequests(fenced),
      close: () => Promise.resolve(),
    };
  }
  const homeserver = openHomeserver(config, mayRead !== undefined, holdBack);
  const { client } = homeserver;
  return { client, requests: homeserverRequests(homeserver.requests, log), close: () => homeserver.close() };
}

function openHomeserver(config: Config, mayRead: boolean, onHeldBack: () => void): Homeserver {
  const { homeserver } = config.mediaBridge;
  const { admin, appservice } = loadHomeserverTokens(homeserver);
  const options = {
    url: homeserver?.url,
    adminToken: admin,
    appserviceToken: appservice,
    timeoutMs: homeserver?.callTimeoutMs ?? 0,
  };
  return openDryRunHomeserver(options, { mayRead, onHeldBack });
}
