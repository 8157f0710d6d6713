import type { LocalMedia, NewLocalMedia, UploadedMedia } from "../../media/metadata.ts";

/** The statements about stored media, for any engine: parameters as `?`. */
export const SQL = {
  insertMedia:
    'insert into "local_media_repository" ("media_id", "media_type", "media_length", "created_ts", "upload_name", "user_id", "authenticated", "sha256") values (?, ?, ?, ?, ?, ?, ?, ?)',
  insertUpload:
    'insert into "media_bridge_uploads" ("media_id", "user_id", "uploaded_ts", "media_length") values (?, ?, ?, ?)',
  selectMedia:
    'select "media_id", "media_type", "media_length", "created_ts", "upload_name", "user_id", "quarantined_by", "authenticated", "sha256" from "local_media_repository" where "media_id" = ? and "media_length" is not null',
  sumUploads:
    'select sum("media_length") as "bytes" from "media_bridge_uploads" where "user_id" = ? and "uploaded_ts" > ? and "uploaded_ts" <= ?',
  touchMedia: 'update "local_media_repository" set "last_access_ts" = ? where "media_id" = ?',
} as const;

/** Parameters of `insertMedia`, in the order of its text. */
export function bindMedia(media: NewLocalMedia): unknown[] {
  const { mediaId, mediaType, mediaLength, createdTs, uploadName, userId, authenticated, sha256 } = media;
  return [mediaId, mediaType, mediaLength, createdTs, uploadName, userId, Number(authenticated), sha256];
}

/** Parameters of `insertUpload`, in the order of its text. */
export function bindUpload({
  mediaId,
  userId,
  uploadedTs,
  mediaLength,
}: Pick<UploadedMedia, "mediaId" | "userId" | "uploadedTs" | "mediaLength">): unknown[] {
  return [mediaId, userId, uploadedTs, mediaLength];
}

/** A row as `selectMedia` reads it. */
export interface MediaRow {
  readonly media_id: string;
  readonly media_type: string | null;
  readonly media_length: number;
  readonly created_ts: number;
  readonly upload_name: string | null;
  readonly user_id: string | null;
  readonly quarantined_by: string | null;
  readonly authenticated: number;
  readonly sha256: string | null;
}

export function readMedia(row: MediaRow): LocalMedia {
  return {
    mediaId: row.media_id,
    mediaType: row.media_type ?? "application/octet-stream",
    mediaLength: row.media_length,
    createdTs: row.created_ts,
    uploadName: row.upload_name,
    userId: row.user_id,
    quarantinedBy: row.quarantined_by,
    authenticated: row.authenticated !== 0,
    sha256: row.sha256,
  };
}
