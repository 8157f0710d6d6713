import { z } from "zod";
import { SIZE_FORM } from "../../forms/units.ts";
import { field, flag, FLAG_FORM, leastOne, LEAST_ONE_FORM, size } from "../fields.ts";

const METHOD_FORM = "crop or scale";
const SIZES_FORM = "a list of sizes, each with width, height and method";

/** One size of `thumbnail_sizes`. As Synapse does, keys that it does not know are let through. */
const ThumbnailSizeSchema = z.object(
  {
    width: field(leastOne(), { form: LEAST_ONE_FORM, description: "Pixels." }),
    height: field(leastOne(), { form: LEAST_ONE_FORM, description: "Pixels." }),
    method: field(z.enum(["crop", "scale"], { error: METHOD_FORM }), {
      form: METHOD_FORM,
      description: "`scale` keeps the picture's proportions, `crop` fills the size and cuts the rest off.",
    }),
  },
  { error: "a mapping with width, height and method" },
);

/** Synapse's own. */
export const DEFAULT_SIZES = [
  { width: 32, height: 32, method: "crop" as const },
  { width: 96, height: 96, method: "crop" as const },
  { width: 320, height: 240, method: "scale" as const },
  { width: 640, height: 480, method: "scale" as const },
  { width: 800, height: 600, method: "scale" as const },
];

/** Synapse's keys about thumbnails. */
export const thumbnailsShape = {
  max_image_pixels: field(
    size()
      .refine((pixels) => pixels > 0, { error: SIZE_FORM })
      .prefault("32M"),
    {
      form: SIZE_FORM,
      description: "Pictures of this many pixels or more have no thumbnails; `32M` is 33,554,432 pixels.",
    },
  ),
  dynamic_thumbnails: field(flag().prefault(false), {
    form: FLAG_FORM,
    description: "Whether thumbnails have exactly the size that a client asks for (docs/thumbnails.md).",
  }),
  thumbnail_sizes: field(z.array(ThumbnailSizeSchema, { error: SIZES_FORM }).nullable().prefault(DEFAULT_SIZES), {
    form: SIZES_FORM,
    description: "The thumbnails that are made of each picture right after its upload.",
    fallback: "crops of 32x32 and 96x96; 320x240, 640x480 and 800x600 scaled",
  }),
};
