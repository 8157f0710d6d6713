import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ModuleDatabaseError } from "../../module-api/module-database.ts";
import { SHIM_FOLDER } from "../../util/shim-folder.ts";

/** Which database modules work on. */
export interface DatabasePlace {
  /** Whether it is the service's own. */
  readonly isOwn: boolean;
  /** The configuration key that decides it, if any. */
  readonly key?: string | undefined;
}

const KEY = "media_bridge.homeserver.database";
const OWN = "modules work on the service's own database";
/** The wording of SQLite and of PostgreSQL. */
const MISSING = /no such table: (?:\w+\.)?(\w+)|relation "(?:\w+\.)?(\w+)" does not exist/;

let synapseTables: ReadonlySet<string> | undefined;

/**
 * An error as a module gets it. Where a table is missing that belongs to Synapse, or may, the message names the
 * configuration key that decides which database modules work on. The Python side does the same for its modules, with
 * the same list of tables.
 */
export function explainMissingTable(error: unknown, place: DatabasePlace): unknown {
  if (!(error instanceof ModuleDatabaseError)) return error;
  const found = MISSING.exec(error.message);
  const table = found?.[1] ?? found?.[2];
  const hint = table === undefined ? undefined : hintAt(table, place);
  if (hint === undefined) return error;
  const { code, sqlCode, cause } = error;
  return new ModuleDatabaseError(code, `${error.message} (${hint})`, { cause, sqlCode });
}

function hintAt(table: string, { isOwn, key }: DatabasePlace): string | undefined {
  synapseTables ??= new Set(JSON.parse(readFileSync(TABLES, "utf8")) as string[]);
  const isSynapses = synapseTables.has(table.toLowerCase());
  if (isOwn) {
    return isSynapses
      ? `${OWN}, and this table is Synapse's: set ${KEY} to Synapse's database`
      : `${OWN}; if this table is in Synapse's, set ${KEY} to that`;
  }
  return isSynapses ? `${key ?? KEY} names a database that is not Synapse's, or not a whole one` : undefined;
}

const TABLES = join(SHIM_FOLDER, "media_bridge_shim", "database", "synapse_tables.json");
