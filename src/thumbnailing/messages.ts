import type { MadeThumbnail, Picture, ThumbnailFailureCode } from "../media/thumbnails/thumbnailer.ts";

/** A thumbnail in the job's folder, under the name that {@link fileNameOf} gives it. */
export type WrittenThumbnail = Omit<MadeThumbnail, "path">;

/** What a job came to. */
export interface DecodedJob {
  readonly picture: Picture;
  readonly thumbnails: readonly WrittenThumbnail[];
}

/** A line that a child says: that it takes jobs, and then one for each job. */
export type ChildReply =
  | { readonly kind: "ready" }
  | ({ readonly kind: "done" } & DecodedJob)
  | {
      readonly kind: "failed";
      readonly code: ThumbnailFailureCode;
      readonly message: string;
      /** What the decoder or the system said, for the log. */
      readonly said: string;
    };

/** The name of a thumbnail's file, as Synapse forms them. Both sides form it, so that no path comes from a child. */
export function fileNameOf({ width, height, type, method }: WrittenThumbnail): string {
  return `${width}-${height}-${type.replace("/", "-")}-${method}`;
}
