import { constants } from "node:os";
import type { LoadedConfig } from "../../config/config.ts";
import { startService, type RunningService } from "../../server/start.ts";
import { takeInheritedSockets } from "../../util/sockets/inherited-sockets.ts";
import type { Logger } from "../../util/log.ts";
import { openLog } from "../../util/log/open-log.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";
import { describeTryOut } from "./try-out.ts";
import { letYoungGenerationGrow } from "./young-generation.ts";

/** The exit status where something under way had to be cut short. */
const CUT_SHORT = 3;
/** A signal's number is added to it: the exit status that shells show for an end by this signal. */
const BY_SIGNAL = 128;
/** How long the last lines of the log may wait for a slow reader. */
const DRAIN_MS = 1_000;

export interface StartOptions {
  readonly tryOut: boolean;
  /** The files and folders that the command line names, where changes are to be watched for. */
  readonly watched: readonly string[] | undefined;
  /** Reads the configuration again, for a reload. Throws a StartError. */
  readonly readConfig: () => LoadedConfig;
  readonly exit: (code: number) => never;
}

/** `media-bridge start`: runs until SIGTERM or SIGINT. Rejects with a StartError where the service cannot start. */
export async function start(loaded: LoadedConfig, options: StartOptions): Promise<void> {
  let running: RunningService | undefined;
  let isReloadAsked = false;
  const reload = () => {
    // A signal during the start, which it must not interrupt, takes effect afterwards.
    isReloadAsked = running === undefined;
    running
      ?.reload()
      .catch((error: unknown) =>
        log.error({ err: error }, "the reload failed: the previous configuration and modules continue to run"),
      );
  };
  process.on("SIGHUP", reload);
  const { config, warnings } = loaded;
  const { tryOut, exit, readConfig, watched } = options;
  let latest = loaded;
  const { log, drain } = await openLog(config.mediaBridge.log);
  const warn = (texts: readonly string[]) => {
    for (const text of texts) log.warn({}, text);
  };
  warn(warnings);
  surviveModules(log);
  const service = await startService(config, log, {
    sockets: takeInheritedSockets(process.env, process.pid),
    // Elsewhere the log tells of it.
    ...(process.stderr.isTTY && { onPythonSetup: showPythonSetup() }),
    readConfig() {
      latest = readConfig();
      warn(latest.warnings);
      return latest.config;
    },
  });
  letYoungGenerationGrow();
  const endWatch =
    watched === undefined
      ? undefined
      : await (
          await import("../watch/watch.ts")
        ).reloadOnChange({ service, named: watched, latest: () => latest, log });
  log.info({ address: service.address }, "ready");
  if (tryOut) console.log(describeTryOut(config, service.address));
  const end = (code: number) => void drain(DRAIN_MS).then(() => exit(code));
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) {
      log.warn({ signal }, "ended at once, by a second signal");
      exit(BY_SIGNAL + constants.signals[signal]);
    }
    isStopping = true;
    endWatch?.();
    log.info({ signal }, "stopping");
    service.stop().then(
      (cut) => end(cut === 0 ? 0 : CUT_SHORT),
      (error: unknown) => {
        log.error({ err: error }, "the service could not be stopped in order");
        end(1);
      },
    );
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  running = service;
  if (isReloadAsked) reload();
}

/** An unhandled rejection of a TypeScript module is the module's fault, and does not end the service. */
function surviveModules(log: Logger): void {
  process.on("unhandledRejection", (error) =>
    log.error({ err: error }, "a promise was rejected, and no code awaits it"),
  );
}
