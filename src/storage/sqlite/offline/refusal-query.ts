import type { Refusal } from "../../../media/refusals/refusal.ts";
import { readRefusal, REFUSAL_QUERY_SQL, type RefusalRow } from "../../sql/refusal-statements.ts";
import { withExistingDatabase } from "./existing-database.ts";

/** Which refusals are asked for. */
export interface RefusalQuery {
  /** undefined: of all users. */
  readonly userId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly sinceTs: number;
}

/**
 * Hands over the refusals in a database, oldest first, one at a time: there may be many. Only reads. Throws a
 * StartError `STORE`.
 */
export function readRefusals(
  path: string,
  { userId, sinceTs }: RefusalQuery,
  onRefusal: (refusal: Refusal) => void,
): void {
  withExistingDatabase(path, { mayWrite: false }, (db) => {
    const rows =
      userId === undefined
        ? db.prepare<[number], RefusalRow>(REFUSAL_QUERY_SQL.since).iterate(sinceTs)
        : db.prepare<[string, number], RefusalRow>(REFUSAL_QUERY_SQL.ofUser).iterate(userId, sinceTs);
    for (const row of rows) onRefusal(readRefusal(row));
  });
}
