import type { AdministeredMedia } from "../../../media/administration/administration-rows.ts";

/** Media in the words of Synapse's lists. */
export function listedMedia(media: AdministeredMedia): object {
  return {
    media_id: media.mediaId,
    media_type: media.mediaType,
    media_length: media.mediaLength,
    upload_name: media.uploadName,
    created_ts: media.createdTs,
    url_cache: media.urlCache,
    last_access_ts: media.lastAccessTs,
    quarantined_by: media.quarantinedBy,
    safe_from_quarantine: media.isProtected,
    user_id: media.userId,
    authenticated: Number(media.authenticated),
    sha256: media.sha256,
  };
}
