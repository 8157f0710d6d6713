import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { expectFreeAddress } from "../http/listening/free-address.ts";
import { expectRecordable } from "../shadow/recording/recording-file.ts";
import { inspectDatabase, tryMediaStore } from "../storage/inspect-stores.ts";
import { loadNativePart } from "../storage/native-part.ts";
import { storePaths } from "./store-paths.ts";

/**
 * Looks at all that a start needs besides its modules, and makes nothing. Rejects with one StartError that names
 * everything a start would stumble over.
 *
 * @param isRunning whether the service of this configuration runs: its addresses are in use then
 */
export async function expectToStart(config: Config, isRunning: boolean): Promise<void> {
  const { listen, metrics, dataPath, database, record } = config.mediaBridge;
  // What is said of databases and locks needs it.
  loadNativePart();
  const looks: readonly (() => void | Promise<void>)[] = [
    () => expectWritable(dataPath, "The data folder", "media_bridge.data_path"),
    () => expectOwn(join(dataPath, "control")),
    () => expectStore(config),
    () => expectDatabase(database.path),
    ...(isRunning
      ? []
      : [
          async () => expectFreeAddress(listen, "media_bridge.listen"),
          async () => metrics && expectFreeAddress(metrics, "media_bridge.metrics"),
        ]),
    async () => record && expectRecordable(record.path, config.serverName),
    ...("path" in listen ? [() => expectWritable(dirname(listen.path), "The folder", "media_bridge.listen.path")] : []),
  ];
  const errors: StartError[] = [];
  for (const look of looks) {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      errors.push(error);
    }
  }
  const [first, second] = errors;
  if (first === undefined) return;
  throw second === undefined ? first : new StartError(first.code, errors.map(({ message }) => message).join("\n"));
}

/** A folder that this user may write to, or may make. */
function expectWritable(folder: string, what: string, key: string): void {
  const place = nearest(folder);
  try {
    if (!statSync(place).isDirectory()) throw new Error(`${place} is not a folder`);
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(
      "STORE",
      `${what} ${folder} cannot be written (${reason}): give it to the user of this service, or set ${key} to another folder`,
      { cause: error },
    );
  }
}

/** A folder whose mode a start sets, which only its owner may. */
function expectOwn(folder: string): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  const user = process.geteuid?.();
  if (owner === undefined || user === 0 || owner === user) return;
  throw new StartError(
    "STORE",
    `${folder} belongs to user ${owner}, and this is user ${user}: give it to the user of this service (chown -R ${user} ${folder})`,
  );
}

function expectStore(config: Config): void {
  const { mediaStorePath, uploadsFolder } = storePaths(config);
  // Tried for real where that leaves nothing behind.
  if (existsSync(mediaStorePath) && existsSync(dirname(uploadsFolder))) {
    tryMediaStore(mediaStorePath, uploadsFolder);
  } else expectWritable(mediaStorePath, "The media store", "media_store_path");
}

function expectDatabase(path: string): void {
  expectWritable(dirname(path), "The folder of the database,", "media_bridge.database.path");
  for (const file of [path, `${path}-wal`, `${path}-shm`].filter((candidate) => existsSync(candidate))) {
    try {
      accessSync(file, constants.R_OK | constants.W_OK);
    } catch (error) {
      throw new StartError("STORE", `${file} cannot be written: give it to the user of this service`, { cause: error });
    }
  }
  inspectDatabase({ path });
}

/** The path itself or the folder above it that is there. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}
