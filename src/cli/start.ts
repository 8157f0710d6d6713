import type { LoadedConfig } from "../config/config.ts";
import { startService } from "../server.ts";
import { createLogger, type Logger } from "../util/log.ts";
import { describeTryOut } from "./try-out.ts";

/** How long requests under way may take once the service was told to stop. */
const GRACE_MS = 30_000;

export interface StartOptions {
  readonly tryOut: boolean;
  /** Reads the configuration again, for a reload. Throws a StartError. */
  readonly readConfig: () => LoadedConfig;
  readonly exit: (code: number) => never;
}

/** `media-bridge start`: runs until SIGTERM or SIGINT. Rejects with a StartError where the service cannot start. */
export async function start({ config, warnings }: LoadedConfig, options: StartOptions): Promise<void> {
  const { tryOut, exit, readConfig } = options;
  const log = createLogger(config.mediaBridge.log.level);
  const warn = (texts: readonly string[]) => {
    for (const text of texts) log.warn({}, text);
  };
  warn(warnings);
  surviveModules(log);
  const service = await startService(config, log, {
    readConfig() {
      const loaded = readConfig();
      warn(loaded.warnings);
      return loaded.config;
    },
  });
  log.info({ address: service.address }, "ready");
  if (tryOut) console.log(describeTryOut(config, service.address));
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, "stopping");
    service.stop(GRACE_MS).then(
      () => exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the service could not be stopped in order");
        exit(1);
      },
    );
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  process.on("SIGHUP", () => {
    service.reload().catch((error: unknown) => log.error({ err: error }, "the reload failed: what ran before goes on"));
  });
}

/** A rejection that a TypeScript module lets nobody await is its fault, not the end of the service. */
function surviveModules(log: Logger): void {
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a promise was rejected that nobody awaits"));
}
