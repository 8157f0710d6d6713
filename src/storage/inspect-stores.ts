import { join } from "node:path";
import { chooseLayout } from "./files/folder-check.ts";
import { Layout } from "./files/layout.ts";
import { UPLOADS_FOLDER } from "./files/journal/uploads-folder.ts";
import type { DatabaseChoice } from "./open-stores.ts";
import { inspectSqlite } from "./sqlite/inspect-database.ts";

/** Looks whether a start could use a database, and changes nothing in it. Throws a StartError `STORE`. */
export function inspectDatabase({ path }: DatabaseChoice): void {
  inspectSqlite(path);
}

/**
 * Tries what an upload does in an existing media store, and leaves nothing behind. Throws a StartError `STORE`.
 *
 * @param uploadsFolder the service's own, for temporary names; the folder above it exists
 */
export function tryMediaStore(mediaStorePath: string, uploadsFolder: string): void {
  const folders = [uploadsFolder, join(mediaStorePath, UPLOADS_FOLDER)];
  const layouts = folders.map((folder) => new Layout(mediaStorePath, folder));
  chooseLayout(mediaStorePath, layouts);
}
