import type { AskedThumbnail, Picture, ThumbnailShape, ThumbnailSize } from "./thumbnailer.ts";

/** What the configuration says of thumbnails. */
export interface ThumbnailSettings {
  /** `thumbnail_sizes`, with sides of 1 or more. */
  readonly sizes: readonly ThumbnailSize[];
  /** `dynamic_thumbnails`: thumbnails of exactly the size that was asked for. */
  readonly dynamic: boolean;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** What is doubled where `thumbnail_sizes` has no box for a method. Pixels. */
const FIRST_BOX: Box = { width: 32, height: 32 };

/**
 * The thumbnails that are made before a client asks: one for each of `thumbnail_sizes`, none of them animated. Of two
 * that come out alike one is left. Where a crop has the dimensions of a scaled one it cuts nothing off, and the scaled
 * one is left.
 */
export function premadeShapes(picture: Picture, { sizes }: Pick<ThumbnailSettings, "sizes">): ThumbnailShape[] {
  const shapes = new Map<string, ThumbnailShape>();
  for (const method of ["scale", "crop"] as const) {
    for (const size of sizes.filter((one) => one.method === method)) {
      const shape = shapeIn(size, picture, size);
      const name = nameOf(shape);
      if (!shapes.has(name)) shapes.set(name, shape);
    }
  }
  return [...shapes.values()];
}

/**
 * The thumbnail that answers a request. It is at least as large as asked, where the picture is, and never larger than
 * the picture: Matrix specification, Client-Server API, "Thumbnails". A picture has few of them however many sizes are
 * asked for, unless they are `dynamic`.
 */
export function shapeFor(asked: AskedThumbnail, picture: Picture, settings: ThumbnailSettings): ThumbnailShape {
  const box = settings.dynamic ? asked : boxFor(asked, picture, settings.sizes);
  const shape = shapeIn(asked, picture, box);
  // A crop that cuts nothing off was made already, as a scaled one. Each request comes by here.
  const isScaled =
    shape.method === "scale" ||
    premadeShapes(picture, settings).some(
      ({ method, width, height }) => method === "scale" && width === shape.width && height === shape.height,
    );
  const method = isScaled ? "scale" : shape.method;
  return { ...shape, method, animated: asked.animated && picture.frames > 1 };
}

/** The smallest box that a request fits in, else one that the picture fits in. */
function boxFor(asked: ThumbnailSize, picture: Picture, sizes: readonly ThumbnailSize[]): Box {
  const boxes: Box[] = sizes.filter(({ method }) => asked.method === "crop" || method === "scale");
  const sorted = boxes.toSorted((a, b) => a.width * a.height - b.width * b.height || a.width - b.width);
  let last = sorted.at(-1) ?? FIRST_BOX;
  while (!covers(last, picture)) {
    last = { width: Math.max(1, last.width * 2), height: Math.max(1, last.height * 2) };
    sorted.push(last);
  }
  return sorted.find((box) => covers(box, asked)) ?? last;
}

function covers(box: Box, other: Box): boolean {
  return box.width >= other.width && box.height >= other.height;
}

/** The thumbnail of the size's method that is as large as a box and the picture allow. */
function shapeIn(size: ThumbnailSize, picture: Picture, box: Box): ThumbnailShape {
  const bounds = { width: Math.min(box.width, picture.width), height: Math.min(box.height, picture.height) };
  const { method } = size;
  return { ...largestOfAspect(method === "crop" ? size : picture, bounds), method, animated: false };
}

/**
 * The largest rectangle of a shape's proportions within bounds. Whole pixels, rounded down as Synapse does: thumbnails
 * that it made are found by their dimensions.
 */
function largestOfAspect(shape: Box, { width, height }: Box): Box {
  return width * shape.height < height * shape.width
    ? { width, height: Math.max(1, Math.floor((width * shape.height) / shape.width)) }
    : { width: Math.max(1, Math.floor((height * shape.width) / shape.height)), height };
}

function nameOf({ width, height }: Box): string {
  return `${width}x${height}`;
}
