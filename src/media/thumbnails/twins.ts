import type { BlobWorkshop } from "../blobs.ts";
import { isShape } from "./choice.ts";
import type { MakingParts, ThumbnailTask, UnplacedThumbnail } from "./make-thumbnails.ts";
import { premadeShapes, shapeFor } from "./sizes.ts";
import { thumbnailFile } from "./thumbnail-file.ts";
import type { Picture } from "./thumbnailer.ts";

/** How many other media are looked at: one has all thumbnails as a rule. */
const MAX_TWINS = 4;

/**
 * Takes the thumbnails that are wanted from other media with the same bytes. Undefined where they are not all there:
 * they are made then.
 */
export async function adoptTwins(
  { media: { mediaId, sha256 }, wish }: ThumbnailTask,
  picture: Picture,
  workshop: BlobWorkshop,
  { stores, settings }: MakingParts,
): Promise<readonly UnplacedThumbnail[] | undefined> {
  if (sha256 === null) return undefined;
  const wanted = wish.kind === "premade" ? premadeShapes(picture, settings) : [shapeFor(wish, picture, settings)];
  const twins = await stores.thumbnails.findTwins(sha256, mediaId, MAX_TWINS);
  const adopted: UnplacedThumbnail[] = [];
  for (const shape of wanted) {
    const found = await adoptFirst(
      twins.filter((twin) => isShape(twin, shape)),
      workshop,
    );
    if (found === undefined) return undefined;
    adopted.push(found);
  }
  return adopted;
}

async function adoptFirst(
  twins: readonly (Omit<UnplacedThumbnail, "path"> & { readonly mediaId: string })[],
  workshop: BlobWorkshop,
): Promise<UnplacedThumbnail | undefined> {
  for (const { mediaId, ...thumbnail } of twins) {
    const path = await workshop.adopt(thumbnailFile(mediaId, thumbnail), thumbnail.lengthBytes);
    if (path !== undefined) return { ...thumbnail, path };
  }
  return undefined;
}
