import { watch } from "chokidar";
import type { LoadedConfig } from "../../config/config.ts";
import type { RunningService } from "../../server/start.ts";
import type { Logger } from "../../util/log.ts";
import { ChangeBatches } from "./change-batches.ts";
import { listWatchedPaths } from "./watched-paths.ts";

export interface WatchOptions {
  readonly service: RunningService;
  /** The files and folders that the command line names. */
  readonly named: readonly string[];
  /** The configuration that was read last, also where its modules could not be loaded. */
  readonly latest: () => LoadedConfig;
  readonly log: Logger;
}

/**
 * `start --watch`: reloads whenever a file of the configuration or of a module changes. Resolves once every change is
 * seen, to what ends it. Nothing else imports this file: a service that does not watch does not load chokidar.
 */
export async function reloadOnChange({ service, named, latest, log }: WatchOptions): Promise<() => void> {
  const list = () => listWatchedPaths(latest(), named, service.moduleFiles());
  let paths = list();
  const roots = new Set(paths.roots);
  const changes = new ChangeBatches(async (changed) => {
    log.info({ changed }, "files changed: reloading");
    try {
      await service.reload();
    } catch (error) {
      log.error({ err: error }, "the reload failed: the previous configuration and modules continue to run");
    }
    // A root that has become unnecessary is ignored from now on. A new watcher instead of this one would miss changes
    // between the two.
    paths = list();
    watcher.add(paths.roots.filter((root) => !roots.has(root)));
    for (const root of paths.roots) roots.add(root);
  });
  const watcher = watch([...roots], {
    ignored: (path, stats) => paths.isIgnored(path, stats),
    ignoreInitial: true,
    // A link may lead into the media store, or anywhere.
    followSymlinks: false,
    ignorePermissionErrors: true,
    persistent: false,
  });
  watcher
    .on("all", (_event, path) => changes.add(path))
    .on("error", (error) => log.warn({ err: error }, "a file or folder cannot be watched for changes"));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return () => {
    changes.close();
    void watcher.close();
  };
}
