import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { premadeShapes, shapeFor, type ThumbnailSettings } from "../../../src/media/thumbnails/sizes.ts";
import type {
  AskedThumbnail,
  Picture,
  ThumbnailMethod,
  ThumbnailShape,
  ThumbnailSize,
} from "../../../src/media/thumbnails/thumbnailer.ts";

const SIZES: ThumbnailSize[] = [
  { width: 32, height: 32, method: "crop" },
  { width: 96, height: 96, method: "crop" },
  { width: 320, height: 240, method: "scale" },
  { width: 640, height: 480, method: "scale" },
  { width: 800, height: 600, method: "scale" },
];
const SYNAPSE: ThumbnailSettings = { sizes: SIZES, dynamic: false };
const DYNAMIC: ThumbnailSettings = { sizes: SIZES, dynamic: true };

describe("the thumbnails that are made beforehand", () => {
  it.each([
    ["a photo", 4000, 3000, "320x240 scale, 640x480 scale, 800x600 scale, 32x32 crop, 96x96 crop"],
    ["a portrait", 300, 900, "80x240 scale, 160x480 scale, 200x600 scale, 32x32 crop, 96x96 crop"],
    ["a picture smaller than a crop", 60, 40, "60x40 scale, 32x32 crop, 40x40 crop"],
    ["a square, whose scaled one is a crop's too", 96, 96, "96x96 scale, 32x32 crop"],
    ["a line", 2000, 3, "320x1 scale, 640x1 scale, 800x1 scale, 3x3 crop"],
    ["a pixel", 1, 1, "1x1 scale"],
  ])("are, of %s of %d × %d, %s", (_name, width, height, expected) => {
    expect(premadeShapes(still(width, height), SYNAPSE).map(describeShape).join(", ")).toBe(expected);
  });
});

describe("the thumbnail that answers a request", () => {
  it.each([
    // The sizes that Synapse makes are answered as by Synapse …
    [1024, 768, "32x32 crop", "32x32 crop"],
    [1024, 768, "33x33 crop", "96x96 crop"],
    [1024, 768, "96x96 crop", "96x96 crop"],
    [1024, 768, "10x240 scale", "320x240 scale"],
    [1024, 768, "321x241 scale", "640x480 scale"],
    [1024, 768, "800x600 scale", "800x600 scale"],
    [900, 700, "320x240 scale", "308x240 scale"],
    [60, 40, "30x20 scale", "60x40 scale"],
    [60, 40, "320x240 scale", "60x40 scale"],
    // … and the others at least as large as asked, which Synapse's are not.
    [1024, 768, "97x97 crop", "240x240 crop"],
    [1024, 768, "120x120 crop", "240x240 crop"],
    [1024, 768, "801x601 scale", "1024x768 scale"],
    [4000, 3000, "801x601 scale", "1600x1200 scale"],
    [4000, 3000, "1024x1024 crop", "1200x1200 crop"],
    [1024, 768, "5000x5000 scale", "1024x768 scale"],
    [1024, 768, "5000x100 crop", "1024x20 crop"],
    [60, 40, "96x96 crop", "40x40 crop"],
    [1, 1000, "96x96 crop", "1x1 crop"],
    // A crop that cuts nothing off is the scaled one, which was made before.
    [1024, 768, "800x600 crop", "800x600 scale"],
    [96, 96, "96x96 crop", "96x96 scale"],
  ])("is, of a picture of %d × %d, for %s: %s", (width, height, asked, expected) => {
    expect(describeShape(shapeFor(readAsked(asked), still(width, height), SYNAPSE))).toBe(expected);
  });

  it.each([
    ["33x33 crop", "33x33 crop"],
    ["321x241 scale", "321x240 scale"],
    ["640x20 crop", "640x20 crop"],
    ["5000x5000 scale", "1024x768 scale"],
    ["5000x5000 crop", "768x768 crop"],
  ])("has, where thumbnails are dynamic, the size that was asked for: %s becomes %s", (asked, expected) => {
    expect(describeShape(shapeFor(readAsked(asked), still(1024, 768), DYNAMIC))).toBe(expected);
  });

  it.each([
    ["moves where that was asked for and the picture does", 3, true, true],
    ["does not move where it was not asked for", 3, false, false],
    ["does not move where the picture does not", 1, true, false],
  ])("%s", (_title, frames, animated, expected) => {
    const asked = { ...readAsked("96x96 crop"), animated };
    expect(shapeFor(asked, { width: 400, height: 300, frames }, SYNAPSE).animated).toBe(expected);
  });

  it.each([
    ["no size at all", []],
    ["crops alone", SIZES.filter(({ method }) => method === "crop")],
  ])("exists where %s is configured", (_name, sizes) => {
    const shape = shapeFor(readAsked("300x200 scale"), still(4000, 3000), { sizes, dynamic: false });
    expect(shape.width).toBeGreaterThanOrEqual(266);
    expect(shape.width).toBeLessThan(800);
  });
});

const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 }));
const method = fc.constantFrom<ThumbnailMethod>("crop", "scale");
const size = fc.record({ width: side, height: side, method });
const settings = fc.record({
  sizes: fc.oneof(fc.constant(SIZES), fc.array(size, { maxLength: 6 })),
  dynamic: fc.boolean(),
});
const picture = fc.record({ width: side, height: side, frames: fc.integer({ min: 1, max: 3 }) });
const asked = fc.record({ width: side, height: side, method, animated: fc.boolean() });

describe("every thumbnail", () => {
  it("has whole sides of at least one pixel, and is never larger than its picture", () => {
    fc.assert(
      fc.property(asked, picture, settings, (wish, source, configured) => {
        for (const shape of [shapeFor(wish, source, configured), ...premadeShapes(source, configured)]) {
          expect(isWithin(shape, 1, source.width, source.height)).toBe(true);
        }
      }),
    );
  });

  it("is at least as large as asked, unless the picture is smaller", () => {
    fc.assert(
      fc.property(asked, picture, settings, (wish, source, configured) => {
        const shape = shapeFor(wish, source, configured);
        const least = leastOf(wish, source);
        expect(shape.width).toBeGreaterThan(least.width - 1);
        expect(shape.height).toBeGreaterThan(least.height - 1);
      }),
    );
  });

  it("keeps the proportions of the picture where it is scaled, and those that were asked for where it is cropped", () => {
    fc.assert(
      fc.property(asked, picture, settings, (wish, source, configured) => {
        const shape = shapeFor(wish, source, configured);
        const wanted = wish.method === "crop" ? wish : source;
        // One side is exact, and the other one is less than a pixel off.
        const height = (shape.width * wanted.height) / wanted.width;
        const width = (shape.height * wanted.width) / wanted.height;
        expect(Math.min(Math.abs(height - shape.height), Math.abs(width - shape.width))).toBeLessThan(1);
      }),
    );
  });

  it("that is made beforehand answers a request for its configured size", () => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 6 }), picture, (sizes, source) => {
        const premade = premadeShapes(source, { sizes }).map(describeShape);
        for (const one of sizes) {
          const shape = shapeFor({ ...one, animated: false }, source, { sizes, dynamic: false });
          expect(premade).toContain(describeShape(shape));
        }
      }),
    );
  });

  it("that is not dynamic is one of few: as many as there are boxes and proportions", () => {
    fc.assert(
      fc.property(picture, (source) => {
        const shapes = new Set<string>();
        for (let width = 1; width < 6_000; width += 7) {
          shapes.add(
            describeShape(shapeFor({ width, height: width, method: "scale", animated: false }, source, SYNAPSE)),
          );
        }
        expect(shapes.size).toBeLessThan(10);
      }),
      { numRuns: 20 },
    );
  });
});

/** What was asked for as far as the picture has it: nothing of a crop whose picture is too narrow or too low for it. */
function leastOf(wish: AskedThumbnail, source: Picture): { readonly width: number; readonly height: number } {
  if (wish.method === "crop") {
    return wish.width <= source.width && wish.height <= source.height ? wish : { width: 1, height: 1 };
  }
  const factor = Math.min(wish.width / source.width, wish.height / source.height, 1);
  return { width: source.width * factor, height: source.height * factor };
}

function still(width: number, height: number): Picture {
  return { width, height, frames: 1 };
}

function describeShape({ width, height, method: how }: ThumbnailShape): string {
  return `${width}x${height} ${how}`;
}

function readAsked(text: string): AskedThumbnail {
  const [, width, height, how] = /^(\d+)x(\d+) (crop|scale)$/.exec(text) ?? [];
  return { width: Number(width), height: Number(height), method: how as ThumbnailMethod, animated: false };
}

function isWithin({ width, height }: ThumbnailShape, least: number, mostWide: number, mostHigh: number): boolean {
  const isWhole = Number.isInteger(width) && Number.isInteger(height);
  return isWhole && width >= least && height >= least && width <= mostWide && height <= mostHigh;
}
