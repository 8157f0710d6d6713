import { premadeShapes, shapeFor, type ThumbnailSettings } from "./sizes.ts";
import type { StoredThumbnail } from "./thumbnail-rows.ts";
import type { AskedThumbnail, Picture, ThumbnailShape } from "./thumbnailer.ts";

/** How many thumbnails of one media are kept beside those that are made beforehand. */
const MAX_ON_DEMAND = 16;

/**
 * The stored thumbnail that answers a request: the one by the rules, or where no more are made of this media the next
 * larger one. Undefined where one is to be made.
 */
export function chooseStored(
  asked: AskedThumbnail,
  picture: Picture,
  stored: readonly StoredThumbnail[],
  settings: ThumbnailSettings,
): StoredThumbnail | undefined {
  const shape = shapeFor(asked, picture, settings);
  const exact = smallest(stored.filter((thumbnail) => isShape(thumbnail, shape)));
  if (exact !== undefined) return exact;
  const premade = premadeShapes(picture, settings);
  const onDemand = stored.filter((thumbnail) => !premade.some((one) => isShape(thumbnail, one)));
  return onDemand.length < MAX_ON_DEMAND ? undefined : chooseNearest(shape, stored);
}

/**
 * The smallest stored thumbnail that is as large as a shape, of its method if possible; else the largest. One that moves
 * answers only where that is wanted.
 */
export function chooseNearest(shape: ThumbnailShape, all: readonly StoredThumbnail[]): StoredThumbnail | undefined {
  const stored = all.filter(({ type }) => shape.animated || type !== "image/webp");
  const larger = stored.filter(({ width, height }) => width >= shape.width && height >= shape.height);
  const alike = larger.filter(({ method }) => method === shape.method);
  if (larger.length > 0) return smallest(alike.length > 0 ? alike : larger);
  return stored.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
}

/** Whether a stored thumbnail is of a shape. */
export function isShape(thumbnail: StoredThumbnail, { width, height, method, animated }: ThumbnailShape): boolean {
  return (
    thumbnail.width === width &&
    thumbnail.height === height &&
    thumbnail.method === method &&
    (thumbnail.type === "image/webp") === animated
  );
}

function smallest(stored: readonly StoredThumbnail[]): StoredThumbnail | undefined {
  return stored.toSorted((a, b) => a.width * a.height - b.width * b.height || a.lengthBytes - b.lengthBytes)[0];
}
