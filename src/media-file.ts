/** A thumbnail's description, for `check_media_file_for_spam`. */
export interface ThumbnailInfo {
  readonly width: number;
  readonly height: number;
  readonly method: "crop" | "scale";
  readonly type: string;
  readonly length: number;
}

/**
 * The one identity of a file of media: its path, its storage providers and its spam checks all follow from it. Frozen;
 * made by {@link storedMedia}. (The module API's `MediaFile` is something else: the file that a spam check may read.)
 */
export interface StoredMedia {
  /** The server that it comes from; null for local media. */
  readonly serverName: string | null;
  /** The media id; for remote media the id that the file has here, which is not the other server's. */
  readonly fileId: string;
  /** Whether it was fetched for the preview of a URL. */
  readonly urlCache: boolean;
  /** Null for the media itself. */
  readonly thumbnail: ThumbnailInfo | null;
}

/** What a file is. `serverName` is null for local media, as in Synapse. */
export type FileInfo = Pick<StoredMedia, "serverName" | "fileId" | "urlCache" | "thumbnail">;

/** {@link FileInfo} as the Python child reads it, in the names of Synapse's `FileInfo`. */
export interface PythonFileInfo {
  readonly server_name: string | null;
  readonly file_id: string;
  readonly url_cache: boolean;
  readonly thumbnail: ThumbnailInfo | null;
}

/** The folder of local media in a media store. */
export const LOCAL_FOLDER = "local_content";

const FILE_ID = /^[A-Za-z0-9_-]{5,}$/;
/** The id of what is fetched for previews begins with the date, so that the files of a day are together. */
const DATED_ID = /^(\d{4}-\d\d-\d\d).?(.*)$/;
/** A server's name, a thumbnail's name: what Synapse allows as one part of a path. */
const PATH_PART = /^(?!\.\.?$)[A-Za-z0-9_.:[\]-]+$/;
const CONTENT_TYPE = /^([^/]+)\/([^/]+)$/;
const THUMBNAIL_NAME = /^(\d{1,6})-(\d{1,6})-([A-Za-z0-9_.+]+)-([A-Za-z0-9_.+]+)-(crop|scale)$/;

/** The identity of a file: local media, unless told otherwise. */
export function storedMedia(facts: Pick<StoredMedia, "fileId"> & Partial<StoredMedia>): StoredMedia {
  const { serverName = null, fileId, urlCache = false, thumbnail = null } = facts;
  return Object.freeze({ serverName, fileId, urlCache, thumbnail: thumbnail && Object.freeze({ ...thumbnail }) });
}

/** The file of local media. */
export function localFile(mediaId: string): StoredMedia {
  return storedMedia({ fileId: mediaId });
}

/**
 * The path of a file relative to the media store, in Synapse's layout. Undefined for an id, a server or a type of
 * thumbnail that no file can have, so that nothing else reaches a path.
 */
export function findMediaPath({ serverName, fileId, urlCache, thumbnail }: StoredMedia): string | undefined {
  const folder = folderOf(serverName, urlCache, thumbnail !== null);
  const idParts = splitId(fileId, urlCache);
  const parts = [...folder, ...(idParts ?? [""]), ...(thumbnail ? [thumbnailName(thumbnail)] : [])];
  return parts.every((part) => PATH_PART.test(part)) ? parts.join("/") : undefined;
}

/**
 * The folder of the thumbnails of media, relative to the media store. Undefined for an id or a server that no file can
 * have.
 */
export function findThumbnailFolder({ serverName, fileId, urlCache }: StoredMedia): string | undefined {
  const parts = [...folderOf(serverName, urlCache, true), ...(splitId(fileId, urlCache) ?? [""])];
  return parts.every((part) => PATH_PART.test(part)) ? parts.join("/") : undefined;
}

/**
 * The thumbnail whose file has this name; its length, which the name does not tell, is 0. Undefined for another name.
 */
export function readThumbnailName(name: string): ThumbnailInfo | undefined {
  const [, width, height, kind, subtype, method] = THUMBNAIL_NAME.exec(name) ?? [];
  if (method !== "crop" && method !== "scale") return undefined;
  return { width: Number(width), height: Number(height), method, type: `${kind}/${subtype}`, length: 0 };
}

/** Like {@link findMediaPath}, for a file that is known to have a path; throws TypeError otherwise. */
export function mediaPath(file: StoredMedia): string {
  const path = findMediaPath(file);
  if (path === undefined) throw new TypeError("no file of the media store can have this id");
  return path;
}

/** What a spam check is told of a file: an object of its own, which a module may change. */
export function toFileInfo({ serverName, fileId, urlCache, thumbnail }: StoredMedia): FileInfo {
  return { serverName, fileId, urlCache, thumbnail: thumbnail && { ...thumbnail } };
}

/** What the Python child is told of a file, for spam checks and for storage providers. */
export function toPythonFileInfo({ serverName, fileId, urlCache, thumbnail }: FileInfo): PythonFileInfo {
  return { server_name: serverName, file_id: fileId, url_cache: urlCache, thumbnail };
}

/**
 * Synapse keeps previews apart regardless of where media comes from, and spells the folders of thumbnails in three
 * ways.
 */
function folderOf(serverName: string | null, urlCache: boolean, isThumbnail: boolean): string[] {
  if (urlCache) return [isThumbnail ? "url_cache_thumbnails" : "url_cache"];
  if (serverName !== null) return [isThumbnail ? "remote_thumbnail" : "remote_content", serverName];
  return [isThumbnail ? "local_thumbnails" : LOCAL_FOLDER];
}

function splitId(fileId: string, urlCache: boolean): string[] | undefined {
  if (!FILE_ID.test(fileId)) return undefined;
  // An id of another form is older than ids with dates: Synapse still reads those.
  const dated = urlCache ? DATED_ID.exec(fileId) : null;
  if (dated) return dated.slice(1);
  return [fileId.slice(0, 2), fileId.slice(2, 4), fileId.slice(4)];
}

function thumbnailName({ width, height, method, type }: ThumbnailInfo): string {
  const [, kind, subtype] = CONTENT_TYPE.exec(type) ?? [];
  return kind === undefined ? "" : `${width}-${height}-${kind}-${subtype}-${method}`;
}
