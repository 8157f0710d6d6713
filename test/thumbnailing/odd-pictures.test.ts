import { writeFile } from "node:fs/promises";
import { deflateSync, crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ask, usePictureJobs } from "./picture-jobs.ts";
import { seePicture } from "./see-picture.ts";

const jobs = usePictureJobs();
const SIDE = 64;
/** Colour types of PNG: its specification, section 11.2.1. */
const GREY = 0;
const RGB = 2;
const PALETTE = 3;

describe("a PNG with a transparency chunk", () => {
  it("that names one colour of an RGB picture is clear where that colour is", async () => {
    const path = await writePng(RGB, quarters([255, 0, 0], [0, 0, 255]), { tRNS: [0, 255, 0, 0, 0, 0] });
    expect(await see(path)).toBe("image/png 32x32 transparent [clear blue blue blue]");
  });

  it("that names one shade of a grey picture is clear where that shade is", async () => {
    const path = await writePng(GREY, quarters([255], [0]), { tRNS: [0, 255] });
    expect(await see(path)).toBe("image/png 32x32 transparent [clear black black black]");
  });

  it("that has fewer entries than the palette is opaque for the others", async () => {
    const path = await writePng(PALETTE, quarters([0], [1]), { PLTE: [255, 0, 0, 0, 0, 255], tRNS: [0] });
    expect(await see(path)).toBe("image/png 32x32 transparent [clear blue blue blue]");
  });

  it("that has more entries than the palette, or is of a length that its colours cannot have, is shown without it", async () => {
    const palette = await writePng(PALETTE, quarters([0], [1]), { PLTE: [255, 0, 0, 0, 0, 255], tRNS: [0, 0, 0] });
    const rgb = await writePng(RGB, quarters([255, 0, 0], [0, 0, 255]), { tRNS: [0, 255, 0] });
    expect([await see(palette), await see(rgb)]).toEqual(Array(2).fill("image/png 32x32 [red blue blue blue]"));
  });
});

describe("a GIF", () => {
  it("whose first frame is only a part of its canvas is shown on the whole of it", async () => {
    const path = await writeGif({ canvas: [60, 60], frame: [30, 30] });
    expect(await see(path)).toBe("image/png 32x32 transparent [clear clear clear red]");
  });

  it.each<[where: string, frame: [number, number]]>([
    ["in part", [10, 10]],
    ["altogether", [200, 200]],
  ])("whose frame lies outside of its canvas %s is shown on a canvas that holds the frame", async (_where, frame) => {
    const path = await writeGif({ canvas: [20, 20], frame });
    expect(await see(path)).toBe("image/png 32x32 transparent [clear clear clear red]");
  });
});

/** What the thumbnail of 32 by 32 looks like. */
async function see(path: string): Promise<string> {
  const { thumbnails } = await jobs.run(path, { wishes: [ask("32x32 crop")], dynamic: true });
  return seePicture(thumbnails[0]?.path ?? "");
}

/** A picture whose upper left quarter has one colour and the rest another. */
function quarters(first: readonly number[], other: readonly number[]): readonly (readonly number[])[] {
  const half = SIDE / 2;
  return Array.from({ length: SIDE }, (_, y) => [
    0,
    ...Array.from({ length: SIDE }, (_column, x) => (x < half && y < half ? first : other)).flat(),
  ]);
}

async function writePng(
  colourType: number,
  rows: readonly (readonly number[])[],
  chunks: Readonly<Record<string, readonly number[]>>,
): Promise<string> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, colourType], 8);
  const bytes = Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...Object.entries(chunks).map(([name, data]) => chunk(name, Buffer.from(data))),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return write(`${colourType}-${Object.values(chunks).flat().length}.png`, bytes);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A GIF with one red frame of 30 by 30, placed on a canvas. */
async function writeGif({ canvas, frame }: { canvas: [number, number]; frame: [number, number] }): Promise<string> {
  const red = { width: 30, height: 30, channels: 3, background: "red" } as const;
  const gif = await sharp({ create: red }).gif().toBuffer();
  canvas.forEach((side, index) => gif.writeUInt16LE(side, 6 + 2 * index));
  const descriptor = gif.lastIndexOf(Buffer.from([0x2c, 0, 0, 0, 0, 30, 0, 30, 0]));
  expect(descriptor).toBeGreaterThan(0);
  frame.forEach((side, index) => gif.writeUInt16LE(side, descriptor + 1 + 2 * index));
  return write(`${canvas.join("-")}-${frame.join("-")}.gif`, gif);
}

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = jobs.pathOf(name);
  await writeFile(path, bytes);
  return path;
}
