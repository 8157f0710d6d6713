import { resolve } from "node:path";
import type { HomeserverDatabaseConfig } from "../config.ts";
import type { DatabaseSettings } from "../schema/database.ts";

/**
 * A homeserver's database (undefined for `own`). The path of a file is resolved against `folder`, the folder of the
 * file that names it.
 */
export function buildHomeserverDatabase(
  settings: DatabaseSettings | "own" | undefined,
  folder: string,
): HomeserverDatabaseConfig | undefined {
  if (settings === undefined || settings === "own") return undefined;
  const { name, args, statement_timeout, idle_in_transaction_session_timeout, synchronous_commit } = settings;
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  return {
    name,
    args: name === "sqlite3" ? { ...given, database: resolve(folder, String(args["database"])) } : given,
    session: {
      ...(statement_timeout !== undefined && { statement_timeout }),
      ...(idle_in_transaction_session_timeout !== undefined && { idle_in_transaction_session_timeout }),
      ...(synchronous_commit !== undefined && { synchronous_commit }),
    },
  };
}
