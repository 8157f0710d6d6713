import { z } from "zod";
import type { ChildReply } from "../messages.ts";

const PixelsSchema = z.int().min(1);

const PictureSchema = z.object({ width: PixelsSchema, height: PixelsSchema, frames: PixelsSchema });

const ThumbnailSchema = z.object({
  width: PixelsSchema,
  height: PixelsSchema,
  method: z.enum(["crop", "scale"]),
  animated: z.boolean(),
  type: z.enum(["image/jpeg", "image/png", "image/webp"]),
  lengthBytes: PixelsSchema,
});

const FailureCodeSchema = z.enum(["UNSUPPORTED", "TOO_LARGE", "BROKEN", "TIMEOUT", "MEMORY", "DISTURBED"]);

const ReplySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("done"), picture: PictureSchema, thumbnails: z.array(ThumbnailSchema) }),
  z.object({ kind: z.literal("failed"), code: FailureCodeSchema, message: z.string(), said: z.string() }),
]);

/**
 * Reads a line of a child. Undefined where it is not a reply: a child decodes what strangers send, and what it says is not
 * trusted.
 */
export function readReply(line: string): ChildReply | undefined {
  try {
    return ReplySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
