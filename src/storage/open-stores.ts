import type { Logger } from "../util/log.ts";
import { openSqliteStores } from "./sqlite/sqlite-stores.ts";
import type { Stores } from "./stores.ts";

/** Which database, as the configuration names it. */
export interface DatabaseChoice {
  /** A SQLite file. */
  readonly path: string;
}

/** Which database, and how it is kept. */
export interface StoresOptions {
  /** It is made where it does not exist. */
  readonly database: DatabaseChoice;
  readonly log: Logger;
  /** Whether `flushed` waits for the disk (`full`, the default), or leaves that to the flush every few seconds. */
  readonly durability?: "full" | "relaxed";
}

/**
 * Opens all stores of a database, brought up to this release's schema. Only this function and {@link openAudit} choose
 * an engine. Rejects with a StartError `STORE`.
 */
export async function openStores({ database, ...options }: StoresOptions): Promise<Stores> {
  return openSqliteStores({ path: database.path, ...options });
}
