import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { premadeShapes, shapeFor } from "../../media/thumbnails/sizes.ts";
import type { Picture, ThumbnailJob, ThumbnailShape } from "../../media/thumbnails/thumbnailer.ts";
import { type DecodedJob, fileNameOf, type WrittenThumbnail } from "../messages.ts";
import { failureOf } from "./describe-failure.ts";
import { type Encoded, encodeAnimated, encodeStill } from "./encode.ts";
import { type PictureFacts, readPictureFacts } from "./picture-facts.ts";
import { openStill } from "./still-source.ts";

/**
 * Does one job: decodes the picture once for all thumbnails that do not move, and writes each into the job's folder.
 * Rejects with whatever went wrong: {@link failureOf} words it.
 */
export async function makeThumbnails(job: ThumbnailJob): Promise<DecodedJob> {
  await assertReadable(job.path);
  const facts = await readPictureFacts(job.path, job);
  try {
    return await makeAll(job, facts);
  } catch (error) {
    // The first frame may be whole where a later one is not.
    if (facts.frames === 1 || failureOf(error).code !== "BROKEN") throw error;
    return makeAll(job, { ...facts, frames: 1 });
  }
}

async function makeAll(job: ThumbnailJob, facts: PictureFacts): Promise<DecodedJob> {
  const { width, height, frames } = facts;
  const picture = { width, height, frames };
  const maxPixels = job.maxPixels - 1;
  const shapes = shapesOf(job, picture);
  const thumbnails: WrittenThumbnail[] = [];
  const still = shapes.filter(({ animated }) => !animated);
  if (still.length > 0) {
    const source = await openStill(job.path, { facts, shapes: still, maxPixels });
    for (const shape of still) thumbnails.push(await write(job, shape, await encodeStill(source, shape, facts)));
  }
  for (const shape of shapes.filter(({ animated }) => animated)) {
    thumbnails.push(await write(job, shape, await encodeAnimated(job.path, shape, maxPixels)));
  }
  return { picture, thumbnails };
}

/** What the job's wishes become of this picture, each shape once. */
function shapesOf(job: ThumbnailJob, picture: Picture): ThumbnailShape[] {
  const shapes = job.wishes.flatMap((wish) =>
    wish.kind === "premade" ? premadeShapes(picture, job) : [shapeFor(wish, picture, job)],
  );
  return [...new Map(shapes.map((shape) => [JSON.stringify(Object.values(shape)), shape])).values()];
}

async function write(job: ThumbnailJob, shape: ThumbnailShape, { type, data }: Encoded): Promise<WrittenThumbnail> {
  const { width, height, method, animated } = shape;
  const thumbnail = { width, height, method, animated, type, lengthBytes: data.length };
  await writeFile(join(job.folder, fileNameOf(thumbnail)), data);
  return thumbnail;
}

/** libvips words a missing file as a broken one, which would be remembered as the picture's fault. */
async function assertReadable(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.close();
}
