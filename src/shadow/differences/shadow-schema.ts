import type { PrivateDatabase } from "../../storage/open/open-private.ts";
import { join } from "node:path";

/** "shad" in ASCII. */
const MARK = 0x73_68_61_64;

/** Each entry takes the database one version up. A released entry is never edited. */
const MIGRATIONS = [
  `
  create table runs (
    run_id integer primary key autoincrement,
    module_index integer not null unique,
    original text not null,
    candidate text not null,
    started_ts integer not null,
    last_ts integer not null
  );
  create table counts (
    run_id integer not null,
    callback text not null,
    name text not null,
    count integer not null,
    primary key (run_id, callback, name)
  ) without rowid;
  create table latencies (
    run_id integer not null,
    callback text not null,
    side text not null,
    bucket integer not null,
    count integer not null,
    primary key (run_id, callback, side, bucket)
  ) without rowid;
  create table seen (
    scope integer not null,
    hash integer not null,
    primary key (scope, hash)
  ) without rowid;
  create table differences (
    difference_id integer primary key,
    run_id integer not null,
    fingerprint blob not null,
    callback text not null,
    class text not null,
    user_id text,
    args text not null,
    file text,
    original text not null,
    candidate text not null,
    effects text,
    original_micros integer not null,
    candidate_micros integer not null,
    count integer not null,
    first_ts integer not null,
    last_ts integer not null,
    unique (run_id, fingerprint)
  );
  create index differences_by_time on differences (last_ts);
  create index differences_by_user on differences (user_id);
  `,
  "alter table differences add column context text;",
];

/** The database of what shadows said. */
export function shadowDatabase(dataPath: string): PrivateDatabase {
  return { path: join(dataPath, "shadow.db"), mark: MARK, migrations: MIGRATIONS };
}

/** The file with the key of the installation. */
export function shadowKeyPath(dataPath: string): string {
  return join(dataPath, "shadow.key");
}
