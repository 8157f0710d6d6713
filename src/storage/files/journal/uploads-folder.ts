/** The folder of temporary names under the media store, for when they cannot be in the service's own folder. */
export const UPLOADS_FOLDER = "media_bridge_uploads";
