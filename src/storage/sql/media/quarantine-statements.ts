import type { QuarantineChange } from "../../../media/quarantine/quarantine-rows.ts";

const MEDIA = "local_media_repository";

/** Adds a change for each row that a condition selects, after those that there are. */
function noteChanges(condition: string): string {
  return `insert into quarantined_media_changes (stream_id, instance_name, origin, media_id, quarantined)
    select (select coalesce(max(stream_id), 1) from quarantined_media_changes) + row_number() over (order by media_id),
      ?, null, media_id, ? from ${MEDIA} where ${condition}`;
}

/** The same statements for one media and for a piece of those of one content, from an id to another. */
function actOn<Name extends string>(name: Name, which: string) {
  const spared = `${which} and not safe_from_quarantine`;
  const texts = {
    note: noteChanges(`${spared} and quarantined_by is null`),
    mark: `update ${MEDIA} set quarantined_by = ? where ${spared}`,
    noteRelease: noteChanges(`${which} and quarantined_by is not null`),
    release: `update ${MEDIA} set quarantined_by = null where ${which} and quarantined_by is not null`,
  };
  return Object.fromEntries(Object.entries(texts).map(([act, text]) => [`${act}${name}`, text])) as Record<
    `${keyof typeof texts}${Name}`,
    string
  >;
}

const OF_CONTENT = `select media_id, quarantined_by, safe_from_quarantine from ${MEDIA} where sha256 = ?`;

/** The statements about the quarantine of local media. */
export const QUARANTINE_SQL = {
  ...actOn("Media", "media_id = ?"),
  ...actOn("Piece", "sha256 = ? and media_id >= ? and media_id <= ?"),
  pieceOf: `${OF_CONTENT} and media_id > ? order by media_id limit ?`,
  quarantinedOf: `${OF_CONTENT} and quarantined_by is not null order by media_id limit ?`,
  find: `select sha256, quarantined_by, safe_from_quarantine from ${MEDIA} where media_id = ?`,
  setContent: `update ${MEDIA} set sha256 = ? where media_id = ?`,
  protect: `update ${MEDIA} set safe_from_quarantine = ? where media_id = ?`,
  ofUser: `select media_id, created_ts, quarantined_by from ${MEDIA} where user_id = ? and (created_ts, media_id) > (?, ?) order by created_ts, media_id limit ?`,
  keepHash:
    "insert into media_bridge_quarantined_hashes (sha256, quarantined_by, quarantined_ts) values (?, ?, ?) on conflict (sha256) do nothing",
  noteProgress: "update media_bridge_quarantined_hashes set unfinished_after = ? where sha256 = ?",
  unfinished:
    "select sha256, unfinished_after, quarantined_by from media_bridge_quarantined_hashes where unfinished_after is not null",
  isKept: "select 1 from media_bridge_quarantined_hashes where sha256 = ?",
  forgetHash: "delete from media_bridge_quarantined_hashes where sha256 = ?",
  // Rows as well: those that a Synapse quarantined have no hash of their own kept.
  isQuarantined: `select 1 where exists (select 1 from media_bridge_quarantined_hashes where sha256 = ?)
    or exists (select 1 from ${MEDIA} where sha256 = ? and quarantined_by is not null)
    or exists (select 1 from remote_media_cache where sha256 = ? and quarantined_by is not null)`,
  changes:
    "select stream_id, origin, media_id, quarantined from quarantined_media_changes where stream_id > ? order by stream_id limit ?",
  lastChange: "select coalesce(max(stream_id), 1) as stream_id from quarantined_media_changes",
} as const;

/** A row as `find` reads it. */
export interface QuarantineRow {
  readonly sha256: string | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite. */
  readonly safe_from_quarantine: number | boolean;
}

/** A row as `pieceOf` and `quarantinedOf` read it. */
export interface PieceRow extends Pick<QuarantineRow, "quarantined_by" | "safe_from_quarantine"> {
  readonly media_id: string;
}

/** A row as `unfinished` reads it. */
export interface UnfinishedRow {
  readonly sha256: string;
  readonly unfinished_after: string;
  readonly quarantined_by: string;
}

/** A row as `changes` reads it. */
export interface ChangeRow {
  readonly stream_id: number;
  readonly origin: string | null;
  readonly media_id: string;
  /** A number in SQLite. */
  readonly quarantined: number | boolean;
}

/** The change of a row. */
export function readChange({ stream_id, origin, media_id, quarantined }: ChangeRow): QuarantineChange {
  return { position: stream_id, origin, mediaId: media_id, isQuarantined: Boolean(quarantined) };
}
