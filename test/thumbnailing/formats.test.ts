import { readFile, stat } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { ask, usePictureJobs } from "./picture-jobs.ts";
import { seeCorners } from "./see-picture.ts";

const jobs = usePictureJobs();
const SCALED = [ask("320x240 scale")];

describe("the format of a thumbnail", () => {
  it("is JPEG where its opaque PNG would be larger than 50 KB, and PNG below: each size decides for itself", async () => {
    const path = await writePicture("noise.png", (image) => image.png());
    const { thumbnails } = await jobs.run(path);
    const types = Object.fromEntries(thumbnails.map(({ width, type }) => [width, type]));
    expect(types).toEqual({
      32: "image/png",
      96: "image/png",
      320: "image/jpeg",
      640: "image/jpeg",
      800: "image/jpeg",
    });
  });

  it("is PNG, however large, where some of it can be seen through", async () => {
    const path = await writePicture("noise-clear.png", (image) => image.ensureAlpha(0.5).png());
    const { thumbnails } = await jobs.run(path, { wishes: [ask("640x480 scale")] });
    expect(thumbnails[0]).toMatchObject({ type: "image/png" });
    expect(thumbnails[0]?.lengthBytes).toBeGreaterThan(51_200);
  });

  it.each<[string, (image: Sharp) => Sharp]>([
    ["webp", (image) => image.webp({ effort: 0 })],
    ["avif", (image) => image.avif({ effort: 0 })],
    ["tiff", (image) => image.tiff({ compression: "lzw" })],
  ])(
    "is PNG for a %s that can be seen through, and JPEG where its transparency is not used",
    async (format, encode) => {
      const opaque = await writePicture(`opaque.${format}`, (image) => encode(image.ensureAlpha(1)));
      const clear = await writePicture(`clear.${format}`, (image) => encode(image.ensureAlpha(0.5)));
      expect((await jobs.run(opaque, { wishes: SCALED })).thumbnails[0]?.type).toBe("image/jpeg");
      expect((await jobs.run(clear, { wishes: SCALED })).thumbnails[0]?.type).toBe("image/png");
    },
  );

  it("is the same where the picture is too large to be decoded once for all", async () => {
    const path = await writePicture("large.png", (image) => image.resize(3000, 2000).ensureAlpha(1).png());
    const { thumbnails } = await jobs.run(path, { wishes: [ask("3000x2000 scale"), ask("96x96 crop")] });
    expect(thumbnails.map(({ width, height, type }) => `${width}x${height} ${type}`)).toEqual([
      "3000x2000 image/jpeg",
      "96x96 image/png",
    ]);
  });

  it("is what the result says, and so is its length", async () => {
    const { thumbnails } = await jobs.run("jpeg-photo.jpg", { wishes: [...SCALED, ask("96x96 crop animated")] });
    for (const { path, type, width, height, lengthBytes } of thumbnails) {
      const metadata = await sharp(path).metadata();
      expect(`image/${metadata.format} ${metadata.width}x${metadata.height}`).toBe(`${type} ${width}x${height}`);
      expect((await stat(path)).size).toBe(lengthBytes);
    }
  });
});

describe("the pixels of a thumbnail", () => {
  it.each(["jpeg-cmyk.jpg", "jpeg-gray.jpg", "png-16bit-rgb.png", "png-gray-alpha.png", "png-palette.png"])(
    "of %s are 8 bits of sRGB",
    async (picture) => {
      const { thumbnails } = await jobs.run(picture, { wishes: SCALED });
      const { space, depth, hasProfile } = await sharp(thumbnails[0]?.path).metadata();
      expect({ space, depth, hasProfile }).toEqual({ space: "srgb", depth: "uchar", hasProfile: false });
    },
  );

  it("are of the colours that the picture's profile means", async () => {
    // Red of Display P3 at three quarters of its strength is a stronger red of sRGB.
    const background = { r: 190, g: 40, b: 40 };
    const path = jobs.pathOf("p3.png");
    const image = sharp({ create: { width: 64, height: 64, channels: 3, background } }).withIccProfile("p3");
    await image.png().toFile(path);
    const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
    const { thumbnails } = await jobs.run(path, { wishes: [ask("32x32 crop")] });
    const shown = await sharp(thumbnails[0]?.path).raw().toBuffer();
    expect(stored[0]).not.toBe(background.r);
    expect([...shown.subarray(0, 3)].map((value, index) => Math.abs(value - [190, 40, 40][index]!) < 4)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("hold nothing of where and by what the picture was taken", async () => {
    const path = await writePicture("located.jpg", (image) =>
      image
        .jpeg()
        .withExif({ IFD0: { Make: "SecretCamera", Orientation: "1" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">SecretPlace</x:xmpmeta>'),
    );
    expect((await readFile(path)).includes("SecretCamera")).toBe(true);
    const { thumbnails } = await jobs.run(path);
    for (const thumbnail of thumbnails) {
      const bytes = await readFile(thumbnail.path);
      const { exif, xmp, iptc, icc } = await sharp(thumbnail.path).metadata();
      expect([exif, xmp, iptc, icc, bytes.includes("Secret")]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
        false,
      ]);
    }
  });

  it("are encoded anew where the picture is no larger than the thumbnail", async () => {
    const { thumbnails } = await jobs.run("jpeg-small.jpg", { wishes: SCALED });
    const original = await readFile(jobs.jobOf("jpeg-small.jpg").path);
    const made = await readFile(thumbnails[0]?.path ?? "");
    expect(thumbnails[0]).toMatchObject({ width: 60, height: 40 });
    expect(made.equals(original)).toBe(false);
    expect(await seeCorners(thumbnails[0]?.path ?? "")).toEqual(["red", "green", "blue", "yellow"]);
  });
});

describe("an animation", () => {
  it("keeps its delays and how often it is repeated", async () => {
    const { thumbnails } = await jobs.run("gif-animated.gif", { wishes: [ask("320x240 scale animated")] });
    const { delay, loop } = await sharp(thumbnails[0]?.path, { animated: true }).metadata();
    expect({ delay, loop }).toEqual({ delay: [100, 200, 300], loop: 0 });
    const large = await jobs.run("gif-large-animated.gif", { wishes: [ask("320x240 scale animated")] });
    const again = await sharp(large.thumbnails[0]?.path, { animated: true }).metadata();
    expect(again.loop).toBe((await sharp(jobs.jobOf("gif-large-animated.gif").path).metadata()).loop);
  });

  it.each([
    ["300 frames", 300, 300, 16],
    ["301 frames, of which the first is shown", 301, 1, 16],
  ])("of %s has %i, and is shown with %i", async (_name, frames, shown, side) => {
    const path = await writeFrames(`frames-${frames}.gif`, frames, side);
    const { picture, thumbnails } = await jobs.run(path, { wishes: [ask("16x16 crop animated")] });
    expect(picture.frames).toBe(shown);
    expect(thumbnails[0]?.animated).toBe(shown > 1);
  });

  it("is shown as its first frame where all its frames together have too many pixels", async () => {
    const path = await writeFrames("pixels.gif", 10, 40);
    const wishes = [ask("16x16 crop animated")];
    const allowed = await jobs.run(path, { wishes, maxPixels: 10 * 40 * 40 + 1 });
    const refused = await jobs.run(path, { wishes, maxPixels: 10 * 40 * 40 });
    expect(allowed.thumbnails[0]).toMatchObject({ animated: true, type: "image/webp" });
    expect(refused.thumbnails[0]).toMatchObject({ animated: false, type: "image/png" });
  });
});

/** Noise of 800 × 600 in colour, which no format makes small. */
async function writePicture(name: string, encode: (image: Sharp) => Sharp): Promise<string> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = { width: 800, height: 600, channels: 3, background: "#000", noise } as const;
  const pixels = await sharp({ create }).raw().toBuffer();
  const path = jobs.pathOf(name);
  await encode(sharp(pixels, { raw: { width: 800, height: 600, channels: 3 } })).toFile(path);
  return path;
}

/** A GIF whose frames have each its own grey: equal ones would become one. */
async function writeFrames(name: string, frames: number, side: number): Promise<string> {
  const path = jobs.pathOf(name);
  const pixels = Buffer.alloc(frames * side * side * 3);
  for (let frame = 0; frame < frames; frame += 1) {
    pixels.fill((frame * 37) % 256, frame * side * side * 3, (frame + 1) * side * side * 3);
  }
  const raw = { width: side, height: side * frames, channels: 3, pageHeight: side } as const;
  await sharp(pixels, { raw })
    .gif({ delay: Array.from({ length: frames }, () => 50) })
    .toFile(path);
  return path;
}
