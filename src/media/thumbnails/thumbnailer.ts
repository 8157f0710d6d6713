/** How a thumbnail fits its box: `scale` keeps the picture's proportions, `crop` fills the box and cuts the rest off. */
export type ThumbnailMethod = "crop" | "scale";

/** One of `thumbnail_sizes`. */
export interface ThumbnailSize {
  readonly width: number;
  readonly height: number;
  readonly method: ThumbnailMethod;
}

/**
 * A thumbnail that can be made of a picture: its dimensions are those that it has, not those that a client asked for.
 * `sizes.ts` has the rules.
 */
export interface ThumbnailShape extends ThumbnailSize {
  /** Whether it moves. It is WebP then; a static thumbnail never is. */
  readonly animated: boolean;
}

/** What is known of a picture before its pixels are decoded. */
export interface Picture {
  /** Pixels, as it is shown: after it was turned by its EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /**
   * 1 for a picture that does not move, or whose movement is not shown: its format cannot be read as an animation, or it
   * has too many frames or pixels.
   */
  readonly frames: number;
}

/** What one job of a thumbnailer is to make. */
export interface ThumbnailJob {
  /** Absolute path of the original. */
  readonly path: string;
  /** The type that its uploader declared; `picture-types.ts` says of which there are thumbnails. */
  readonly mediaType: string;
  /** `max_image_pixels`: a picture of as many pixels or more is refused. */
  readonly maxPixels: number;
  /** What to make, once the picture's dimensions are known. */
  readonly wishes: readonly ThumbnailWish[];
  /** `thumbnail_sizes`, which decide what a wish becomes. */
  readonly sizes: readonly ThumbnailSize[];
  /** `dynamic_thumbnails`: thumbnails of exactly the size that was asked for. */
  readonly dynamic: boolean;
  /** Absolute path of an existing folder, the caller's own, into which the thumbnails are written. */
  readonly folder: string;
}

/** All thumbnails that are made beforehand, or the one that answers a request. */
export type ThumbnailWish = { readonly kind: "premade" } | ({ readonly kind: "asked" } & AskedThumbnail);

/** A request for a thumbnail. Sides are pixels, 1 or more. */
export interface AskedThumbnail {
  readonly width: number;
  readonly height: number;
  readonly method: ThumbnailMethod;
  readonly animated: boolean;
}

/** A thumbnail in the job's folder. */
export interface MadeThumbnail extends ThumbnailShape {
  /** `image/jpeg`, `image/png` or `image/webp`. */
  readonly type: string;
  readonly lengthBytes: number;
  /** Absolute. */
  readonly path: string;
}

export interface ThumbnailResult {
  readonly picture: Picture;
  /** Without two of one shape. */
  readonly thumbnails: readonly MadeThumbnail[];
}

/**
 * Why a picture has no thumbnail. `UNSUPPORTED`: a type that no thumbnail is made of, declared or found in the file.
 * `TOO_LARGE`: more pixels than allowed. `BROKEN`: nothing of it can be decoded. These hold for the decoder's version.
 * `TIMEOUT`, `MEMORY` and `CRASHED`: the child was ended, or ended itself, by what it decoded. These hold for a while.
 * `DISTURBED`: the original could not be read or a thumbnail written, the child was ended from outside, or the machine
 * left it too little time. `BUSY`: the job waited too long for its turn, or too many wait. `UNAVAILABLE`: no child can be
 * started, or the service stops. These three say nothing of the picture.
 */
export type ThumbnailFailureCode =
  | "UNSUPPORTED"
  | "TOO_LARGE"
  | "BROKEN"
  | "TIMEOUT"
  | "MEMORY"
  | "CRASHED"
  | "DISTURBED"
  | "BUSY"
  | "UNAVAILABLE";

/** Why a job failed. Its message names no path: a client may see it. */
export class ThumbnailFailure extends Error {
  override readonly name = "ThumbnailFailure";
  readonly code: ThumbnailFailureCode;

  constructor(code: ThumbnailFailureCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** How a job is run. */
export interface RunOptions {
  /** Whether a client waits for it. */
  readonly urgent: boolean;
  /** Whose picture it is: users take turns. Those of no user share one. */
  readonly user?: string;
  /** Takes a job that waits from the queue. */
  readonly signal?: AbortSignal;
}

/** Makes thumbnails. `thumbnailing/` implements it in child processes. */
export interface Thumbnailer {
  /** The decoder and its version: what it could not decode, another version may be able to. */
  readonly decoder: string;
  /** How many jobs wait for their turn. */
  readonly waiting: number;
  /**
   * Runs a job; rejects with a {@link ThumbnailFailure}, and the folder may hold some files then. `urgent` jobs, which a
   * client waits for, come before the others. A `signal` that fires while the job waits takes it from the queue, and it
   * rejects with `BUSY`; a job under way is finished.
   */
  run(job: ThumbnailJob, options: RunOptions): Promise<ThumbnailResult>;
  /** Moves a job that waits, of this path, before those that are not urgent. */
  hurry(path: string): void;
  /** Ends the children. Jobs that wait or are under way reject with `UNAVAILABLE`. */
  close(): Promise<void>;
}
