import { join } from "node:path";

const CONTENT_FOLDER = "local_content";
const STORED_ID = /^[A-Za-z0-9_-]{5,}$/;
const SPOOL_NAME = /^fetch-[A-Za-z0-9_-]{5,}-[0-9a-f]{12}$/;
const TEMPORARY_NAME = /^upload-([A-Za-z0-9_-]{5,})$/;

/** The paths of a media store: Synapse's `local_content/aa/bb/rest`, and the temporary names. */
export class Layout {
  readonly contentFolder: string;
  readonly uploadsFolder: string;

  /** Both absolute: the media store, and the folder of the temporary names. */
  constructor(mediaStorePath: string, uploadsFolder: string) {
    this.contentFolder = join(mediaStorePath, CONTENT_FOLDER);
    this.uploadsFolder = uploadsFolder;
  }

  /** The final path of a media id; undefined for one that no file can have: nothing else reaches a path. */
  contentPath(mediaId: string): string | undefined {
    if (!STORED_ID.test(mediaId)) return undefined;
    return join(this.contentFolder, mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4));
  }

  /** The temporary path of an id that {@link contentPath} accepts. */
  temporaryPath(mediaId: string): string {
    return join(this.uploadsFolder, `upload-${mediaId}`);
  }

  /** The path of a file that comes back; `nonce` (12 hexadecimal digits) tells it from an earlier attempt's. */
  spoolPath(mediaId: string, nonce: string): string {
    return join(this.uploadsFolder, `fetch-${mediaId}-${nonce}`);
  }

  /** Whether a name in {@link uploadsFolder} is that of a {@link spoolPath}. */
  isSpool(name: string): boolean {
    return SPOOL_NAME.test(name);
  }

  /** The media id of a name in {@link uploadsFolder}; undefined for a name that is not ours. */
  mediaIdOf(temporaryName: string): string | undefined {
    return TEMPORARY_NAME.exec(temporaryName)?.[1];
  }
}
