/** Where temporary names stand under the media store, if they cannot stand in the service's own folder. */
export const UPLOADS_FOLDER = "media_bridge_uploads";
