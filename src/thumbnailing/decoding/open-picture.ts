import sharp, { type Metadata, type Sharp } from "sharp";

export type { Metadata, Sharp };

/** How long one pipeline of libvips may take. Seconds. */
const TIMEOUT_SECONDS = 10;
/** The readers that are let in, of files alone: what is handed over is a path. SVG, PDF and the others stay unknown. */
const READERS = ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"];

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: READERS.map((name) => `VipsForeignLoad${name}File`) });

/** Pixels without a header: 8 bits a channel, sRGB. */
export interface RawPixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

export interface OpenOptions {
  /** A picture of more pixels is refused; all frames count together where several are read. */
  readonly maxPixels: number;
  /** Whether to read all frames; by default the first one. */
  readonly animated?: boolean;
}

/** Reads a picture's header alone. Pixels are not limited here: the caller looks at what it is told. */
export function readMetadata(path: string): Promise<Metadata> {
  return sharp(path, { limitInputPixels: false, failOn: "none" }).metadata();
}

/** A picture to decode: a file whose end is missing is decoded as far as it goes, as Synapse does. */
export function openPicture(path: string, { maxPixels, animated = false }: OpenOptions): Sharp {
  const options = { failOn: "none", limitInputPixels: maxPixels, animated } as const;
  return sharp(path, options).timeout({ seconds: TIMEOUT_SECONDS });
}

/** Decoded pixels, to make something of. */
export function openPixels({ data, width, height, channels }: RawPixels): Sharp {
  const options = { raw: { width, height, channels }, limitInputPixels: false } as const;
  return sharp(data, options).timeout({ seconds: TIMEOUT_SECONDS });
}
