import sharp from "sharp";

/** An answer to a request for a thumbnail. */
export interface ThumbnailAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/** The refusals of a thumbnail of media that exist, as docs/errors.md has them. */
const REFUSALS: Readonly<Record<number, string>> = { 400: "M_UNKNOWN", 413: "M_TOO_LARGE", 503: "M_UNKNOWN" };
/** A box of `thumbnail_sizes` is doubled until a picture below `max_image_pixels` fits into it. */
const MOST_PIXELS = 32 * 1024 * 1024;

/** What is wrong with an answer; undefined where nothing is. Decodes every pixel of a thumbnail. */
export async function findWrongThumbnail(query: string, answer: ThumbnailAnswer): Promise<string | undefined> {
  const { status, contentType, retryAfter, body } = answer;
  if (status !== 200) {
    const { errcode, error } = readRefusal(body);
    const isRight = errcode === REFUSALS[status] && typeof error === "string" && contentType === "application/json";
    if (!isRight) return `answered ${status} ${contentType} ${body.toString("latin1").slice(0, 200)}`;
    return status === 503 && !(Number(retryAfter) > 0) ? "answered 503 without Retry-After" : undefined;
  }
  const mayMove = query.includes("animated=true");
  try {
    const image = sharp(body, { animated: true, failOn: "warning", limitInputPixels: false });
    const { format, pages = 1, width, pageHeight, height } = await image.metadata();
    if (contentType !== `image/${format}`) return `it is ${format}, and declared as ${contentType}`;
    if (pages > 1 && format !== "webp") return `it is ${format} of ${pages} frames`;
    // Frames that are all alike become a single one.
    if (format === "webp" && !mayMove) return "it is WebP, which is for what moves";
    if (width * (pageHeight ?? height) > MOST_PIXELS) return `it has ${width} × ${height} pixels`;
    await image.raw().toBuffer();
    return undefined;
  } catch (error) {
    return `answered 200 with what cannot be read: ${(error as Error).message}`;
  }
}

function readRefusal(body: Buffer): { errcode?: unknown; error?: unknown } {
  try {
    return JSON.parse(body.toString()) as { errcode?: unknown; error?: unknown };
  } catch {
    return {};
  }
}
