/**
 * No row is postponed by so much, in milliseconds. One that is due later was written while the clock was wrong, and is
 * due now.
 */
const LONGEST_POSTPONEMENT_MS = 86_400_000;

/** Reads rows that are due: with a condition on `next_ts` for each statement, so that each is found by its index. */
export interface DueStatements<Row> {
  /** `next_ts <= ?`, the earliest first. */
  readonly due: (nowTs: number, limit: number) => readonly Row[];
  /** `next_ts > ?`. */
  readonly dueAfter: (ts: number, limit: number) => readonly Row[];
}

/** At most `limit` rows that are due. */
export function readDue<Row>({ due, dueAfter }: DueStatements<Row>, nowTs: number, limit: number): readonly Row[] {
  const rows = due(nowTs, limit);
  return rows.length < limit ? [...rows, ...dueAfter(nowTs + LONGEST_POSTPONEMENT_MS, limit - rows.length)] : rows;
}
