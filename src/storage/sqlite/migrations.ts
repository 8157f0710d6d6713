import type { Database } from "better-sqlite3";
import { StartError } from "../../errors.ts";

/** Each entry takes the database one version up. A released entry is never edited. */
export const MIGRATIONS: readonly string[] = [
  `
  create table local_media_repository (
    media_id text not null unique,
    media_type text,
    media_length integer,
    created_ts integer,
    upload_name text,
    user_id text,
    quarantined_by text,
    url_cache text,
    last_access_ts integer,
    safe_from_quarantine boolean not null default 0,
    authenticated boolean not null default 0,
    sha256 text
  );
  create table local_media_repository_thumbnails (
    media_id text not null,
    thumbnail_width integer not null,
    thumbnail_height integer not null,
    thumbnail_type text not null,
    thumbnail_method text not null,
    thumbnail_length integer,
    unique (media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method)
  );
  create table local_media_repository_url_cache (
    url text,
    response_code integer,
    etag text,
    expires_ts integer,
    og text,
    media_id text,
    download_ts integer
  );
  create table remote_media_cache (
    media_origin text not null,
    media_id text not null,
    media_type text,
    created_ts integer,
    upload_name text,
    media_length integer,
    filesystem_id text,
    last_access_ts integer,
    quarantined_by text,
    authenticated boolean not null default 0,
    sha256 text,
    unique (media_origin, media_id)
  );
  create table remote_media_cache_thumbnails (
    media_origin text not null,
    media_id text not null,
    thumbnail_width integer not null,
    thumbnail_height integer not null,
    thumbnail_method text not null,
    thumbnail_type text not null,
    thumbnail_length integer,
    filesystem_id text,
    unique (media_origin, media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method)
  );
  create table media_bridge_uploads (
    media_id text primary key,
    user_id text not null,
    uploaded_ts integer not null,
    media_length integer not null
  ) without rowid;
  create index media_bridge_uploads_by_user on media_bridge_uploads (user_id, uploaded_ts, media_length);
  `,
  `
  create index media_bridge_pending_by_user on local_media_repository (user_id, created_ts) where media_length is null;
  `,
  // Synapse's indexes and its remaining table about media: the SQL of modules relies on them.
  `
  create index users_have_local_media on local_media_repository (user_id, created_ts);
  create index local_media_repository_url_idx on local_media_repository (created_ts) where url_cache is not null;
  create index local_media_repository_thumbnails_media_id on local_media_repository_thumbnails (media_id);
  create index local_media_repository_url_cache_expires_idx on local_media_repository_url_cache (expires_ts);
  create index local_media_repository_url_cache_by_url_download_ts on local_media_repository_url_cache (url, download_ts);
  create index local_media_repository_url_cache_media_idx on local_media_repository_url_cache (media_id);
  create table quarantined_media_changes (
    stream_id integer not null primary key,
    instance_name text not null,
    origin text,
    media_id text not null,
    quarantined boolean not null
  );
  `,
  `
  alter table media_bridge_uploads add column sha256 text;
  create table media_bridge_upstream_pending (
    upload_id text primary key,
    user_id text not null,
    started_ts integer not null,
    doubted_ts integer
  ) without rowid;
  create index media_bridge_upstream_pending_by_user on media_bridge_upstream_pending (user_id);
  create table media_bridge_usage (
    user_id text primary key,
    since_ts integer not null,
    read_ts integer not null
  ) without rowid;
  create table media_bridge_usage_import (
    started_ts integer not null,
    finished_ts integer
  );
  `,
  `
  create table media_bridge_pending_stores (
    provider text not null,
    path text not null,
    server_name text,
    file_id text not null,
    thumbnail text,
    attempts integer not null default 0,
    next_ts integer not null,
    primary key (provider, path)
  ) without rowid;
  create index media_bridge_pending_stores_due on media_bridge_pending_stores (provider, next_ts);
  `,
  `
  create table media_bridge_upstream_created (
    media_id text primary key,
    user_id text not null,
    expires_ts integer not null
  ) without rowid;
  create index media_bridge_upstream_created_by_expiry on media_bridge_upstream_created (expires_ts);
  `,
  `
  drop index media_bridge_upstream_pending_by_user;
  create index media_bridge_upstream_doubted_by_user on media_bridge_upstream_pending (user_id) where doubted_ts is not null;
  `,
  `
  create table media_bridge_refusals (
    refusal_id integer primary key,
    refused_ts integer not null,
    request_id text not null,
    user_id text,
    method text not null,
    route text not null,
    status integer not null,
    errcode text,
    code text,
    answered_by text,
    module text,
    callback text,
    setting text,
    declared_bytes integer,
    received_bytes integer not null,
    limit_bytes integer,
    limit_period_ms integer,
    limit_sent_bytes integer,
    cause text
  );
  create index media_bridge_refusals_by_time on media_bridge_refusals (refused_ts);
  create index media_bridge_refusals_by_user on media_bridge_refusals (user_id, refused_ts);
  `,
  `
  alter table media_bridge_refusals add column is_enforced integer not null default 1;
  `,
];

/** Throws a StartError for a database that {@link migrate} would refuse, and changes nothing. */
export function expectUsable(db: Database, path: string): void {
  const hasVersion = db.prepare("select 1 from sqlite_schema where name = 'media_bridge_schema'").get() !== undefined;
  const found = hasVersion ? db.prepare("select version from media_bridge_schema").pluck().get() : 0;
  const version = typeof found === "number" ? found : 0;
  if (version > MIGRATIONS.length) throw newerDatabase(path, version);
  if (version === 0) refuseForeignTables(db, path);
}

/**
 * Brings the tables up to the version of this code, all or nothing. Throws a StartError for a database that is newer,
 * or that another program made.
 */
export function migrate(db: Database, path: string): void {
  db.transaction(() => {
    db.exec("create table if not exists media_bridge_schema (version integer not null)");
    expectUsable(db, path);
    const found = db.prepare("select version from media_bridge_schema").pluck().get();
    const version = typeof found === "number" ? found : 0;
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    // Written even where nothing changed: the first commit after a start flushes the header of the log, and this commit
    // is it.
    db.exec("delete from media_bridge_schema");
    db.prepare("insert into media_bridge_schema (version) values (?)").run(MIGRATIONS.length);
  }).immediate();
}

/** The version of a database's tables; undefined for a database that the service did not make. Changes nothing. */
export function schemaVersion(db: Database): number | undefined {
  const isOurs = db.prepare("select 1 from sqlite_schema where name = 'media_bridge_schema'").get() !== undefined;
  const version: unknown = isOurs ? db.prepare("select version from media_bridge_schema").pluck().get() : undefined;
  return typeof version === "number" ? version : undefined;
}

function newerDatabase(path: string, version: number): StartError {
  return new StartError(
    "STORE",
    `The database ${path} has schema version ${version}, this release knows versions up to ${MIGRATIONS.length}: ` +
      "start the newer release, or restore the backup from before it",
  );
}

function refuseForeignTables(db: Database, path: string): void {
  const foreign = db.prepare("select 1 from sqlite_schema where name = 'local_media_repository'").get();
  if (foreign === undefined) return;
  throw new StartError(
    "STORE",
    `The database ${path} holds media tables that another program made: name a file of its own under media_bridge.database.path`,
  );
}
