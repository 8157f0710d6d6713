import { readFile, writeFile } from "node:fs/promises";
import sharp, { type SharpOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { ask, usePictureJobs } from "./picture-jobs.ts";
import { seePicture } from "./see-picture.ts";

const jobs = usePictureJobs({ maxChildren: 1 });
/** What libvips says where no reader takes a file: nothing in it was read. */
const UNKNOWN_FORMAT = { message: expect.stringMatching(/unsupported image format$/) };

describe("a picture of too many pixels is refused by its header", () => {
  it.each(["png-bomb.png", "png-limit.png"])("%s", async (picture) => {
    expect(await jobs.failureOf(picture)).toMatchObject({ code: "TOO_LARGE" });
  });

  it("at max_image_pixels, not one below", async () => {
    expect(await jobs.failureOf("png-rgb.png", { maxPixels: 800 * 600 })).toMatchObject({ code: "TOO_LARGE" });
    expect((await jobs.run("png-rgb.png", { maxPixels: 800 * 600 + 1 })).thumbnails).toHaveLength(5);
  });

  it("an AVIF of some hundred bytes and 31 megapixels", async () => {
    const path = await writeAvif("31.avif", 6400, 4900);
    expect((await readFile(path)).length).toBeLessThan(1_000);
    expect(await jobs.failureOf(path)).toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("what takes too much memory fails alone", () => {
  it("an AVIF of 16 megapixels in 10 bits; the child makes the next thumbnail", async () => {
    const path = await writeAvif("10-bit.avif", 4000, 4000, 10);
    expect(await jobs.failureOf(path)).toMatchObject({ code: "MEMORY" });
    const [pid] = jobs.pool.pids;
    expect((await jobs.run("jpeg-photo.jpg")).thumbnails).toHaveLength(5);
    expect(jobs.pool.pids).toEqual([pid]);
  });

  it("a WebP of 31 megapixels has thumbnails, but none of its own size", async () => {
    const path = jobs.pathOf("31.webp");
    await sharp(blank(6400, 4900)).webp({ effort: 0, quality: 10 }).toFile(path);
    expect((await jobs.run(path)).thumbnails).toHaveLength(5);
    expect(await jobs.failureOf(path, { wishes: [ask("6400x4900 scale")] })).toMatchObject({ code: "MEMORY" });
  });
});

describe("a picture of a format that no thumbnails are made of is refused, whatever its uploader calls it", () => {
  it.each(["svg.svg", "pdf.pdf", "heic-rgb.heic", "bmp-rgb.bmp", "ico-rgb.ico"])("%s", async (picture) => {
    for (const mediaType of ["image/png", "image/jpeg", "image/gif", "image/avif"]) {
      expect(await jobs.failureOf(picture, { mediaType })).toMatchObject({ code: "UNSUPPORTED" });
    }
  });

  it("an SVG whose entities grow without end", async () => {
    const entities = Array.from({ length: 9 }, (_item, index) => {
      const last = index === 0 ? "lol" : `&e${index - 1};`;
      return `<!ENTITY e${index} "${last.repeat(10)}">`;
    });
    const svg = `<?xml version="1.0"?><!DOCTYPE svg [${entities.join("")}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e8;</text></svg>`;
    const failure = await jobs.failureOf(await write("entities.png", svg));
    expect(failure).toMatchObject({ code: "UNSUPPORTED", cause: UNKNOWN_FORMAT });
  });

  it("an SVG that reads a file of the server", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="/etc/hostname"/></svg>`;
    const failure = await jobs.failureOf(await write("reads.png", svg));
    expect(failure).toMatchObject({ code: "UNSUPPORTED", cause: UNKNOWN_FORMAT });
  });

  it.each([
    ["a portable pixmap", "P6 1 1 255\nabc"],
    ["a Radiance picture", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd"],
    ["a picture of libvips's own", Buffer.from("08f2a6b6".padEnd(128, "0"), "hex")],
    ["text", "no picture"],
    ["nothing at all", ""],
  ])("%s", async (name, bytes) => {
    expect(await jobs.failureOf(await write(`${name}.png`, bytes))).toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("both the declared type and the file's own format have to have thumbnails", () => {
  it.each(["image/svg+xml", "text/plain", "application/octet-stream", "image/heic", ""])(
    "a PNG that is declared as %j has none",
    async (mediaType) => {
      expect(await jobs.failureOf("png-rgb.png", { mediaType })).toMatchObject({ code: "UNSUPPORTED" });
    },
  );

  it("a GIF that is declared as AVIF is a GIF", async () => {
    const { thumbnails } = await jobs.run("gif-static.gif", { mediaType: "image/avif", wishes: [ask("96x96 crop")] });
    expect(await seePicture(thumbnails[0]?.path ?? "")).toBe("image/png 96x96 [red green blue yellow]");
  });
});

describe("a broken file", () => {
  it.each(["png-header-only.png", "png-zero-size.png", "gif-script.gif"])("%s has no thumbnail", async (picture) => {
    expect(await jobs.failureOf(picture)).toMatchObject({ code: "BROKEN" });
  });

  it.each([
    "jpeg-photo.jpg",
    "gif-animated.gif",
    "webp-animated.webp",
    "avif-rgb.avif",
    "tiff-rgb.tiff",
    "png-rgb.png",
  ])(
    "that was %s, cut anywhere or with bytes of its own turned over, ends in thumbnails or a failure",
    async (picture) => {
      const whole = await readFile(jobs.jobOf(picture).path);
      for (let turn = 1; turn < 24; turn += 1) {
        const bytes = Buffer.from(whole.subarray(0, turn % 2 === 0 ? whole.length : (whole.length * turn) / 24));
        const at = (turn * 7919) % bytes.length;
        if (turn % 2 === 0) bytes[at] = ~(bytes[at] ?? 0) & 0xff;
        const job = jobs.jobOf(await write(`${turn}-${picture}`, bytes), {
          wishes: [ask("96x96 crop"), ask("96x96 crop animated")],
        });
        const ending = await jobs.pool.run(job, { urgent: true }).then(
          ({ thumbnails }) => (thumbnails.length > 0 ? "MADE" : "NOTHING"),
          (failure: { code: string }) => failure.code,
        );
        expect(["MADE", "BROKEN", "UNSUPPORTED", "TOO_LARGE", "MEMORY"]).toContain(ending);
      }
      expect((await jobs.run("jpeg-small.jpg")).thumbnails).toHaveLength(3);
    },
  );

  it("that is an animation whose later frames are lost is shown as far as it goes", async () => {
    const { picture, thumbnails } = await jobs.run("gif-truncated.gif", { wishes: [ask("96x96 crop animated")] });
    expect(picture.frames).toBe(2);
    expect(thumbnails).toHaveLength(1);
  });
});

describe("a GIF", () => {
  it("that claims 3,600 megapixels for frames of 200 × 100 has the size of its frames", async () => {
    const gif = await readFile(jobs.jobOf("gif-animated.gif").path);
    gif.writeUInt16LE(60_000, 6);
    gif.writeUInt16LE(60_000, 8);
    const { picture } = await jobs.run(await write("canvas.gif", gif));
    expect(picture).toEqual({ width: 200, height: 100, frames: 3 });
  });

  it("of 50,000 frames in 1 MB is shown as its first frame", async () => {
    const gif = await readFile(jobs.jobOf("gif-animated.gif").path);
    const first = gif.indexOf(Buffer.from([0x21, 0xf9]));
    const second = gif.indexOf(Buffer.from([0x21, 0xf9]), first + 1);
    const header = gif.subarray(0, first);
    const pixel = Buffer.from("21f904000a0000002c0000000001000100000202440100", "hex");
    const frames = Array.from({ length: 50_000 }, () => pixel);
    const path = await write("endless.gif", Buffer.concat([header, gif.subarray(first, second), ...frames]));
    const { picture, thumbnails } = await jobs.run(path, { wishes: [ask("96x96 crop animated")] });
    expect(picture.frames).toBe(1);
    expect(thumbnails[0]).toMatchObject({ animated: false, type: "image/png" });
  });
});

describe("a file that cannot be read, or a folder that cannot be written, says nothing of the picture", () => {
  it("a file that is not there", async () => {
    expect(await jobs.failureOf(jobs.pathOf("missing.png"))).toMatchObject({ code: "DISTURBED" });
  });

  it("a folder that is not there", async () => {
    const folder = jobs.pathOf("missing");
    expect(await jobs.failureOf("png-rgb.png", { folder })).toMatchObject({ code: "DISTURBED" });
  });

  it("and its message names no path", async () => {
    const failure = await jobs.failureOf(jobs.pathOf("missing.png"));
    expect(failure.message).not.toContain("/");
  });
});

async function write(name: string, bytes: string | Buffer): Promise<string> {
  const path = jobs.pathOf(name);
  await writeFile(path, bytes);
  return path;
}

function blank(width: number, height: number): SharpOptions {
  return { create: { width, height, channels: 3, background: "#777" } };
}

/** Grey, which AVIF makes as small as nothing. */
async function writeAvif(name: string, width: number, height: number, bitdepth: 8 | 10 = 8): Promise<string> {
  const path = jobs.pathOf(name);
  const create = {
    width,
    height,
    channels: bitdepth === 8 ? 3 : 4,
    background: { r: 1, g: 2, b: 3, alpha: 0.5 },
  } as const;
  await sharp({ create }).avif({ quality: 1, effort: 0, bitdepth }).toFile(path);
  return path;
}
