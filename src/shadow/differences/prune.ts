import type { Database } from "better-sqlite3";

/** How much is kept. */
export interface KeptBounds {
  /** Of the database's file. */
  readonly maxBytes: number;
  /** Differences that were last seen longer ago are removed. */
  readonly keepForMs: number;
}

/** Pruning begins where this part of the file is in use, and ends at the other one. */
const BEGIN_AT = 0.9;
const END_AT = 0.75;
const AT_ONCE = 200;

/** Removes differences that are too old. */
export function pruneOld(db: Database, { keepForMs }: KeptBounds, nowTs: number): void {
  db.prepare("delete from differences where last_ts < ?").run(nowTs - keepForMs);
}

/** Removes differences, the oldest first, where the file is nearly full. Returns how many. */
export function pruneFull(db: Database, bounds: KeptBounds): number {
  if (hasRoom(db, bounds)) return 0;
  return removeOldest(db, () => usedBytes(db) > bounds.maxBytes * END_AT);
}

/** Removes the oldest differences, so that half of the file is free, where a write found it full. Returns how many. */
export function makeRoom(db: Database, { maxBytes }: KeptBounds): number {
  return removeOldest(db, () => usedBytes(db) > maxBytes / 2);
}

/** Whether the file is not nearly full. */
export function hasRoom(db: Database, { maxBytes }: KeptBounds): boolean {
  return usedBytes(db) <= maxBytes * BEGIN_AT;
}

/** How many bytes more the file may hold. */
export function freeBytes(db: Database, { maxBytes }: KeptBounds): number {
  return maxBytes - usedBytes(db);
}

function removeOldest(db: Database, isDue: () => boolean): number {
  const remove = db.prepare(
    "delete from differences where difference_id in (select difference_id from differences order by last_ts limit ?)",
  );
  let removed = 0;
  while (isDue()) {
    const { changes } = remove.run(AT_ONCE);
    if (changes === 0) break;
    removed += changes;
  }
  return removed;
}

function usedBytes(db: Database): number {
  const [pages, free, size] = ["page_count", "freelist_count", "page_size"].map(
    (name) => db.pragma(name, { simple: true }) as number,
  ) as [number, number, number];
  return (pages - free) * size;
}
