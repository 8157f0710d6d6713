import { SqliteConnection } from "./connection.ts";
import { openExistingDatabase } from "./offline/existing-database.ts";
import { AuditTable } from "./tables/audit-table.ts";

/** A read of the rows of a database, by a connection of its own. */
export interface SqliteAudit {
  readonly rows: AuditTable;
  close(): Promise<void>;
}

/** Opens a database that a service has made, without changing it. Throws a StartError `STORE`. */
export function openSqliteAudit(path: string): SqliteAudit {
  const connection = new SqliteConnection(openExistingDatabase(path, { mayWrite: false }));
  return { rows: new AuditTable(connection), close: () => connection.close() };
}
