import { join } from "node:path";
import sharp, { type Sharp } from "sharp";

/** A picture on disk. */
export interface Sample {
  readonly path: string;
  readonly mediaType: string;
}

/** Pictures of all formats and of sizes between 60 × 40 and 24 megapixels, as they come by in a room. */
export async function drawMixed(folder: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  const add = async (name: string, image: Sharp) => {
    const path = join(folder, name);
    await image.toFile(path);
    samples.push({ path, mediaType: `image/${name.split(".").at(-1)}` });
  };
  const sides = [
    [60, 40],
    [640, 480],
    [1280, 960],
    [1920, 1080],
    [3000, 4000],
    [4000, 3000],
    [6000, 4000],
  ] as const;
  for (const [width, height] of sides) {
    const name = `${width}x${height}`;
    const photo = await drawPhoto(width, height);
    await add(`${name}.jpeg`, photo.clone().jpeg({ quality: 90 }));
    await add(`progressive-${name}.jpeg`, photo.clone().jpeg({ progressive: true }));
    await add(`${name}.png`, photo.clone().png({ compressionLevel: 1 }));
    await add(`${name}.webp`, photo.clone().webp({ effort: 0 }));
    if (width * height > 3_000_000) continue;
    await add(`clear-${name}.png`, photo.clone().ensureAlpha(0.5).png({ compressionLevel: 1 }));
    await add(`${name}.avif`, photo.clone().avif({ effort: 0 }));
    await add(`${name}.tiff`, photo.clone().tiff({ compression: "lzw" }));
    await add(`${name}.gif`, photo.clone().gif({ effort: 1 }));
  }
  return samples;
}

/** Something with edges, areas and noise, whose JPEG is as large as a photo's. */
export async function drawPhoto(width: number, height: number): Promise<Sharp> {
  const shapes = Array.from({ length: 60 }, (_item, index) => {
    const [x, y, size] = [(index * 37) % 100, (index * 61) % 100, 4 + ((index * 17) % 20)];
    return `<circle cx="${x}%" cy="${y}%" r="${size}%" fill="hsl(${index * 47},70%,${20 + index}%)" opacity="0.6"/>`;
  });
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#468"/>${shapes.join("")}</svg>`;
  const noise = { type: "gaussian", mean: 128, sigma: 12 } as const;
  const grain = sharp({ create: { width, height, channels: 3, background: "#000", noise } });
  const input = await grain.png({ compressionLevel: 1 }).toBuffer();
  const flat = sharp(Buffer.from(drawing))
    .composite([{ input, blend: "soft-light" }])
    .removeAlpha()
    .raw();
  const { data, info } = await flat.toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}
