import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseNearest, chooseStored, isShape } from "../../../src/media/thumbnails/choice.ts";
import { shapeFor } from "../../../src/media/thumbnails/sizes.ts";
import type { StoredThumbnail } from "../../../src/media/thumbnails/thumbnail-rows.ts";
import type { AskedThumbnail } from "../../../src/media/thumbnails/thumbnailer.ts";

const SETTINGS = { sizes: [{ width: 96, height: 96, method: "crop" as const }], dynamic: true };
const PICTURE = { width: 1000, height: 1000, frames: 3 };

const stored = (side: number, changes: Partial<StoredThumbnail> = {}): StoredThumbnail => ({
  width: side,
  height: side,
  method: "crop",
  type: "image/png",
  lengthBytes: side * 10,
  ...changes,
});
const ask = (side: number, changes: Partial<AskedThumbnail> = {}): AskedThumbnail => ({
  width: side,
  height: side,
  method: "crop",
  animated: false,
  ...changes,
});
const many = (count: number) => Array.from({ length: count }, (_, index) => stored(200 + index));

describe("the stored thumbnail that answers", () => {
  it("is the one of the shape by the rules, and none where that is not stored", () => {
    expect(chooseStored(ask(50), PICTURE, [stored(49), stored(50), stored(51)], SETTINGS)).toEqual(stored(50));
    expect(chooseStored(ask(50), PICTURE, [stored(49), stored(51)], SETTINGS)).toBeUndefined();
  });

  it("moves where that is asked for, and only then", () => {
    const both = [stored(50), stored(50, { type: "image/webp" })];
    expect(chooseStored(ask(50), PICTURE, both, SETTINGS)).toEqual(both[0]);
    expect(chooseStored(ask(50, { animated: true }), PICTURE, both, SETTINGS)).toEqual(both[1]);
  });

  it("is the one with fewer bytes where there are two types of it", () => {
    const both = [stored(50, { lengthBytes: 900 }), stored(50, { type: "image/jpeg", lengthBytes: 300 })];
    expect(chooseStored(ask(50), PICTURE, both, SETTINGS)).toEqual(both[1]);
  });

  it("is the next larger one once 16 were made on demand; those that are made beforehand do not count", () => {
    expect(chooseStored(ask(50), PICTURE, many(15), SETTINGS)).toBeUndefined();
    expect(chooseStored(ask(50), PICTURE, [...many(15), stored(96)], SETTINGS)).toBeUndefined();
    expect(chooseStored(ask(50), PICTURE, many(16), SETTINGS)).toEqual(stored(200));
  });

  it("is always of the asked shape, or one that was stored", () => {
    const side = fc.integer({ min: 1, max: 1200 });
    fc.assert(
      fc.property(side, side, fc.array(side, { maxLength: 20 }), (width, height, sides) => {
        const asked = { width, height, method: "crop", animated: false } as const;
        const all = sides.map((one) => stored(one));
        const chosen = chooseStored(asked, PICTURE, all, SETTINGS);
        const exact = all.filter((one) => isShape(one, shapeFor(asked, PICTURE, SETTINGS)));
        const answers = exact.length > 0 ? exact : [undefined, ...all];
        expect(answers).toContain(chosen);
      }),
    );
  });
});

describe("the nearest stored thumbnail", () => {
  it("is the smallest that is as large in both directions, of the asked method if there is one", () => {
    const scaled = stored(60, { method: "scale" });
    expect(chooseNearest(ask(50), [stored(40), stored(80), stored(70), scaled])).toEqual(stored(70));
    expect(chooseNearest(ask(50), [stored(40), scaled])).toEqual(scaled);
    expect(chooseNearest(ask(50), [stored(60, { height: 40 }), stored(90)])).toEqual(stored(90));
  });

  it("moves only where that is wanted", () => {
    const all = [stored(60, { type: "image/webp" }), stored(90)];
    expect(chooseNearest(ask(50), all)).toEqual(all[1]);
    expect(chooseNearest(ask(50, { animated: true }), all)).toEqual(all[0]);
  });

  it("is the largest where none is as large, and none where nothing is stored", () => {
    expect(chooseNearest(ask(50), [stored(20), stored(40), stored(30)])).toEqual(stored(40));
    expect(chooseNearest(ask(50), [])).toBeUndefined();
  });
});
