import type { LoadedConfig } from "../config/config.ts";
import type { RunningService } from "../server/start.ts";
import type { Logger } from "../util/log.ts";
import { FileWatch } from "./file-watch.ts";
import { listWatchedFolders } from "./watched-folders.ts";

export interface WatchOptions {
  readonly service: RunningService;
  /** The files and folders that the command line names. */
  readonly named: readonly string[];
  /** The configuration that was read last, also where its modules could not be loaded. */
  readonly latest: () => LoadedConfig;
  readonly log: Logger;
}

/** `start --watch`: reloads whenever a file of the configuration or of a module changes. Answers what ends it. */
export function reloadOnChange({ service, named, latest, log }: WatchOptions): () => void {
  const look = () => watch.watch(listWatchedFolders(latest(), named, service.moduleFiles()));
  const watch = new FileWatch(async (changed) => {
    log.info({ changed }, "files changed: reloading");
    try {
      await service.reload();
    } catch (error) {
      log.error({ err: error }, "the reload failed: the previous configuration and modules continue to run");
    }
    look();
  });
  look();
  return () => watch.close();
}
