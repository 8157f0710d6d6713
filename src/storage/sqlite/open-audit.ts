import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { StartError } from "../../errors.ts";
import { AuditTable } from "./tables/audit-table.ts";
import { SqliteConnection } from "./connection.ts";

/** How long a query waits for a lock of the service. */
const BUSY_MS = 10_000;

/** A read of the rows of a database, by a connection of its own. */
export interface SqliteAudit {
  readonly rows: AuditTable;
  close(): Promise<void>;
}

/** Opens a database that a service has made, without changing it. Throws a StartError `STORE`. */
export function openSqliteAudit(path: string): SqliteAudit {
  if (!existsSync(path)) {
    throw new StartError(
      "STORE",
      `There is no database ${path}: the service has not been started with this configuration`,
    );
  }
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
    const connection = new SqliteConnection(db);
    return { rows: new AuditTable(connection), close: () => connection.close() };
  } catch (error) {
    db?.close();
    const reason = (error as Error).message;
    throw new StartError(
      "STORE",
      `The database ${path} cannot be read: ${reason}; start this release once if it is older`,
      {
        cause: error,
      },
    );
  }
}
