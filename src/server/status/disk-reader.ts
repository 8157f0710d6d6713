import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../../config/config.ts";
import type { DiskStatus } from "../../status/service-status.ts";
import { SingleFlight } from "../../util/concurrency/single-flight.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import { storePaths } from "../store-paths.ts";

/** A file system that has gone away does not answer at all. */
const ANSWER_MS = 1_000;

/**
 * Reads how much room is left. A folder that does not answer is asked once, however often the status is wanted
 * meanwhile: each call holds a thread that files need too.
 */
export class DiskReader {
  readonly #underWay = new SingleFlight<DiskStatus>();

  /** Never rejects. */
  read(config: Config): Promise<DiskStatus[]> {
    const { dataPath, database } = config.mediaBridge;
    const places = [
      { name: "media", folder: storePaths(config).mediaStorePath },
      { name: "database", folder: dirname(database.path), file: database.path },
      { name: "data_path", folder: dataPath },
    ];
    return Promise.all(places.map((place) => this.#readPlace(place)));
  }

  async #readPlace({ name, folder, file }: { name: string; folder: string; file?: string }): Promise<DiskStatus> {
    const nothing = { name, freeBytes: null, totalBytes: null, usedBytes: null };
    const reading = this.#underWay.share(name, () => readDisk(name, folder, file)).catch(() => nothing);
    return (await within(reading, ANSWER_MS)) ?? nothing;
  }
}

async function readDisk(name: string, folder: string, file: string | undefined): Promise<DiskStatus> {
  const { bsize, bavail, blocks } = await statfs(folder);
  const usedBytes = file === undefined ? null : (await sizeOf(file)) + (await sizeOf(`${file}-wal`).catch(() => 0));
  return { name, freeBytes: bsize * bavail, totalBytes: bsize * blocks, usedBytes };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
