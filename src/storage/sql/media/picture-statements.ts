import type { PictureFacts } from "../../../media/thumbnails/thumbnail-rows.ts";
import type { ThumbnailFailureCode } from "../../../media/thumbnails/thumbnailer.ts";

/** The statements about what is known of pictures. */
export const PICTURE_SQL = {
  learn: `insert into media_bridge_pictures (content, width, height, frames, failure, decoder, looked_ts)
    values (?, ?, ?, ?, ?, ?, ?) on conflict (content) do update set width = excluded.width,
      height = excluded.height, frames = excluded.frames, failure = excluded.failure, decoder = excluded.decoder,
      looked_ts = excluded.looked_ts`,
} as const;

/** Parameters of `learn`, in the order of its text. */
export function bindFacts(content: string, { picture, failure, decoder, lookedTs }: PictureFacts): unknown[] {
  const { width, height, frames } = picture ?? { width: null, height: null, frames: null };
  return [content, width, height, frames, failure ?? null, decoder, lookedTs];
}

/** The columns of a picture; null throughout where none is known. */
export interface PictureRow {
  readonly width: number | null;
  readonly height: number | null;
  readonly frames: number | null;
  readonly failure: ThumbnailFailureCode | null;
  readonly decoder: string | null;
  readonly looked_ts: number | null;
}

/** What a row says of a picture. */
export function readFacts(row: PictureRow): PictureFacts | undefined {
  const { width, height, frames, failure, decoder, looked_ts } = row;
  if (decoder === null) return undefined;
  const picture = width === null || height === null ? undefined : { width, height, frames: frames ?? 1 };
  return { picture, failure: failure ?? undefined, decoder, lookedTs: looked_ts ?? 0 };
}
