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
  // The repository of local media: by content, for quarantine and for what is known of a picture; deletions that a
  // crash resumes; work that repeats.
  `
  create index media_bridge_local_media_by_content on local_media_repository (sha256) where sha256 is not null;
  create index media_bridge_remote_media_by_content on remote_media_cache (sha256) where sha256 is not null;
  create index media_bridge_quarantined_local_media on local_media_repository (sha256) where quarantined_by is not null;
  create index media_bridge_quarantined_remote_media on remote_media_cache (sha256) where quarantined_by is not null;
  create table media_bridge_quarantined_hashes (
    sha256 text primary key,
    quarantined_by text not null,
    quarantined_ts integer not null
  ) without rowid;
  insert into media_bridge_quarantined_hashes (sha256, quarantined_by, quarantined_ts)
    select sha256, max(quarantined_by), cast(strftime('%s', 'now') as integer) * 1000 from (
      select sha256, quarantined_by from local_media_repository where quarantined_by is not null
      union all select sha256, quarantined_by from remote_media_cache where quarantined_by is not null)
    where sha256 is not null group by sha256;
  create table media_bridge_pictures (
    content text primary key,
    width integer,
    height integer,
    frames integer,
    failure text,
    decoder text not null,
    looked_ts integer not null
  ) without rowid;
  create table media_bridge_deletions (
    media_id text primary key,
    files text not null,
    deleted_ts integer not null,
    providers text,
    is_told boolean not null default 0,
    attempts integer not null default 0,
    next_ts integer not null
  ) without rowid;
  create index media_bridge_deletions_due on media_bridge_deletions (next_ts);
  create index media_bridge_pending_stores_by_file on media_bridge_pending_stores (file_id);
  create table media_bridge_jobs (
    name text primary key,
    owner text,
    lease_until integer,
    cursor text,
    started_ts integer,
    ended_ts integer,
    done integer not null default 0,
    failed integer not null default 0,
    last_error text,
    next_ts integer
  ) without rowid;
  `,
  // Work on many media goes by id, piece by piece: the indexes have the ids in their order.
  `
  drop index users_have_local_media;
  create index users_have_local_media on local_media_repository (user_id, created_ts, media_id);
  drop index media_bridge_local_media_by_content;
  create index media_bridge_local_media_by_content on local_media_repository (sha256, media_id) where sha256 is not null;
  drop index media_bridge_quarantined_local_media;
  create index media_bridge_quarantined_local_media on local_media_repository (sha256, media_id) where quarantined_by is not null;
  `,
  // Each step of a deletion is due by itself: what hangs at one holds up no other.
  `
  create table media_bridge_deletion_steps (
    step text not null,
    media_id text not null,
    attempts integer not null default 0,
    next_ts integer not null,
    primary key (media_id, step)
  ) without rowid;
  create index media_bridge_deletion_steps_due on media_bridge_deletion_steps (step, next_ts);
  insert into media_bridge_deletion_steps (step, media_id, attempts, next_ts)
    select 'files', media_id, attempts, next_ts from media_bridge_deletions where providers is null
    union all select 'modules', media_id, 0, next_ts from media_bridge_deletions where providers is not null and not is_told
    union all select distinct 'provider ' || value, media_id, attempts, next_ts from media_bridge_deletions, json_each(providers);
  drop index media_bridge_deletions_due;
  alter table media_bridge_deletions drop column providers;
  alter table media_bridge_deletions drop column attempts;
  alter table media_bridge_deletions drop column next_ts;
  alter table media_bridge_deletions rename column is_told to is_unknown;
  `,
  // How far the quarantine of much media of one content has come, while it is under way: a crash does not end it.
  `
  alter table media_bridge_quarantined_hashes add column unfinished_after text;
  `,
];
