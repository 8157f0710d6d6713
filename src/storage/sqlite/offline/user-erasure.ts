import { randomBytes } from "node:crypto";
import { COUNT_STORED, ERASURE } from "../../sql/erasure-statements.ts";
import { withExistingDatabase } from "./existing-database.ts";

/** What an erasure changed. */
export interface ErasedUser {
  /** Takes the user's place in rows that count; not to be traced back. */
  readonly pseudonym: string;
  /** Rows that had the id and have it no longer, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Media that is stored, and still names its uploader. */
  readonly storedMedia: number;
}

/**
 * Takes a user's id out of a service's database, in one transaction, and out of the database's free space. Throws a
 * StartError `STORE`.
 */
export function eraseUser(path: string, user: string): ErasedUser {
  return withExistingDatabase(path, { mayWrite: true }, (db) => {
    // What was deleted is overwritten at once.
    db.pragma("secure_delete = on");
    const pseudonym = `erased-${randomBytes(8).toString("hex")}`;
    const rows: Record<string, number> = {};
    db.transaction(() => {
      for (const { table, text, bind } of ERASURE) {
        rows[table] = (rows[table] ?? 0) + db.prepare(text).run(...bind(user, pseudonym)).changes;
      }
    }).immediate();
    const storedMedia = db.prepare<[string], number>(COUNT_STORED).pluck().get(user) ?? 0;
    // The log has the id as well, until it is moved into the database file; a running service does that within seconds.
    db.pragma("wal_checkpoint(truncate)");
    return { pseudonym, rows, storedMedia };
  });
}
