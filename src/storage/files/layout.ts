import { basename, dirname, join, relative, sep } from "node:path";
import { findMediaPath, findThumbnailFolder, LOCAL_FOLDER, type StoredMedia } from "../../media-file.ts";

const SPOOL_NAME = /^fetch-[A-Za-z0-9_-]{5,}-[0-9a-f]{12}$/;
const WORKSHOP_NAME = /^make-(?:([A-Za-z0-9_-]{5,})-)?[0-9a-f]{12}$/;
const TEMPORARY_NAME = /^upload-([A-Za-z0-9_-]{5,})$/;

/** The paths of a media store: Synapse's, and the temporary names. */
export class Layout {
  /** The folder of local media. */
  readonly contentFolder: string;
  readonly uploadsFolder: string;
  readonly #mediaStorePath: string;
  /** With the separator at its end, as {@link #uploadsPrefix}: normalizing a whole path costs more than all else here. */
  readonly #storePrefix: string;
  readonly #uploadsPrefix: string;

  /** Both absolute: the media store, and the folder of the temporary names. */
  constructor(mediaStorePath: string, uploadsFolder: string) {
    this.#mediaStorePath = mediaStorePath;
    this.contentFolder = join(mediaStorePath, LOCAL_FOLDER);
    this.uploadsFolder = uploadsFolder;
    this.#storePrefix = join(mediaStorePath, sep);
    this.#uploadsPrefix = join(uploadsFolder, sep);
  }

  /**
   * The final path of a file, whatever its kind. Undefined for an identity that no file can have, so that nothing else
   * reaches a path.
   */
  contentPath(file: StoredMedia): string | undefined {
    const path = findMediaPath(file);
    return path === undefined ? undefined : this.#storePrefix + path;
  }

  /** The folder of the thumbnails of media; undefined as for {@link contentPath}. */
  thumbnailFolder(media: StoredMedia): string | undefined {
    const path = findThumbnailFolder(media);
    return path === undefined ? undefined : join(this.#mediaStorePath, path);
  }

  /** The folders between a final path and the folder of its kind of files, the deepest first. */
  foldersOf(contentPath: string): string[] {
    const depth = relative(this.#mediaStorePath, contentPath).split(sep).length - 2;
    const folders: string[] = [];
    for (let folder = dirname(contentPath); folders.length < depth; folder = dirname(folder)) folders.push(folder);
    return folders;
  }

  /** The temporary path of local media whose id {@link contentPath} accepts. */
  temporaryPath(mediaId: string): string {
    return `${this.#uploadsPrefix}upload-${mediaId}`;
  }

  /**
   * The temporary path of a file that is being restored; `nonce` (12 hexadecimal digits) distinguishes it from an
   * earlier attempt.
   */
  spoolPath(fileId: string, nonce: string): string {
    return join(this.uploadsFolder, `fetch-${fileId}-${nonce}`);
  }

  /** The folder of a job that makes files of media; `nonce` (12 hexadecimal digits) distinguishes it from others. */
  workshopPath(mediaId: string, nonce: string): string {
    return join(this.uploadsFolder, `make-${mediaId}-${nonce}`);
  }

  /** The media id of a {@link workshopPath}; undefined for other paths. */
  mediaIdOfWorkshop(path: string): string | undefined {
    return WORKSHOP_NAME.exec(basename(path))?.[1];
  }

  /** Whether a name in {@link uploadsFolder} is that of a {@link spoolPath} or a {@link workshopPath}. */
  isOfOneRun(name: string): boolean {
    return SPOOL_NAME.test(name) || WORKSHOP_NAME.test(name);
  }

  /** The media id of a name in {@link uploadsFolder}; undefined for a name that is not ours. */
  mediaIdOf(temporaryName: string): string | undefined {
    return TEMPORARY_NAME.exec(temporaryName)?.[1];
  }
}
