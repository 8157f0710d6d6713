import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ThumbnailFailure } from "../../src/media/thumbnails/thumbnailer.ts";
import { ask, PICTURES, usePictureJobs } from "./picture-jobs.ts";
import { seeCorners, seePicture } from "./see-picture.ts";

interface RecordedAnswer {
  readonly picture: string;
  /** The type that the uploader declared. */
  readonly declared: string;
  readonly asked: string;
  readonly answer: string;
}

const RECORDED = JSON.parse(readFileSync(join(PICTURES, "synapse-1.163.2.json"), "utf8")) as RecordedAnswer[];

const QUARTERS = "[red green blue yellow]";

/** Where an answer is better than Synapse's, by picture, declared type and request. */
const DIFFERENT: Readonly<Record<string, string>> = {
  // Formats that Synapse does not read.
  "avif-rgb.avif as image/avif, 96x96 crop": `image/jpeg 96x96 ${QUARTERS}`,
  "avif-rgb.avif as image/avif, 320x240 scale": `image/jpeg 320x240 ${QUARTERS}`,
  "tiff-rgb.tiff as image/tiff, 96x96 crop": `image/jpeg 96x96 ${QUARTERS}`,
  "tiff-rgb.tiff as image/tiff, 320x240 scale": `image/jpeg 200x100 ${QUARTERS}`,
  // A type in capitals is the same type.
  "png-rgb.png as IMAGE/PNG, 96x96 crop": `image/png 96x96 ${QUARTERS}`,
  "png-rgb.png as IMAGE/PNG, 320x240 scale": `image/png 320x240 ${QUARTERS}`,
  // The file's own format decides, not what its uploader says of it.
  "png-rgb.png as image/jpeg, 96x96 crop": `image/png 96x96 ${QUARTERS}`,
  "png-rgb.png as image/jpeg, 320x240 scale": `image/png 320x240 ${QUARTERS}`,
  "png-rgb.png as image/jpg, 96x96 crop": `image/png 96x96 ${QUARTERS}`,
  "png-rgb.png as image/jpg, 320x240 scale": `image/png 320x240 ${QUARTERS}`,
  // A still thumbnail is the first frame, and moves only where that was asked for.
  "gif-animated.gif as image/gif, 96x96 crop": "image/png 96x96 [red red red red]",
  "gif-animated.gif as image/gif, 320x240 scale": "image/png 200x100 [red red red red]",
  "webp-animated.webp as image/webp, 96x96 crop": "image/jpeg 96x96 [red red red red]",
  "webp-animated.webp as image/webp, 320x240 scale": "image/jpeg 200x100 [red red red red]",
  "webp-animated.webp as image/webp, 32x32 crop": "image/jpeg 32x32 [red red red red]",
  // Nothing is enlarged.
  "jpeg-small.jpg as image/jpeg, 96x96 crop": `image/jpeg 40x40 ${QUARTERS}`,
  "png-1x1.png as image/png, 96x96 crop": "image/png 1x1 [red red red red]",
  "png-1x1000.png as image/png, 96x96 crop": "image/png 1x1 [red red red red]",
};

const jobs = usePictureJobs();

describe("a thumbnail looks as the one of Synapse does, apart from the differences above", () => {
  it.each(RECORDED)("$picture as $declared, $asked", async ({ picture, declared, asked, answer }) => {
    const expected = DIFFERENT[`${picture} as ${declared}, ${asked}`] ?? answer;
    expect(await answerFor(picture, declared, asked)).toBe(expected);
  });

  it("knows no difference that does not exist", () => {
    const cases = new Map(RECORDED.map((one) => [`${one.picture} as ${one.declared}, ${one.asked}`, one.answer]));
    const without = Object.keys(DIFFERENT).filter((name) => (cases.get(name) ?? DIFFERENT[name]) === DIFFERENT[name]);
    expect(without).toEqual([]);
  });
});

describe("pictures that were not recorded", () => {
  it.each([
    ["apng-animated.png", "96x96 crop animated", "image/png 96x96 [red red red red]"],
    ["gif-truncated.gif", "96x96 crop", "image/png 96x96 [red red red red]"],
    ["gif-animated-clear.gif", "96x96 crop", "image/png 96x96 transparent [red clear blue yellow]"],
    ["gif-animated-clear.gif", "96x96 crop animated", "image/webp 96x96 transparent 2 frames [red clear blue yellow]"],
    ["jpeg-exif2.jpg", "320x240 scale", "image/jpeg 320x160 [green red yellow blue]"],
    ["jpeg-exif5.jpg", "320x240 scale", "image/jpeg 120x240 [red blue green yellow]"],
    ["jpeg-exif-bad.jpg", "320x240 scale", `image/jpeg 320x160 ${QUARTERS}`],
    ["jpeg-icc.jpg", "320x240 scale", `image/jpeg 320x240 ${QUARTERS}`],
    ["jpeg-portrait.jpg", "320x240 scale", `image/jpeg 80x240 ${QUARTERS}`],
    ["png-16bit-gray.png", "320x240 scale", "image/png 200x100 [white black white black]"],
    ["png-1bit.png", "96x96 crop", "image/png 96x96 [white white white white]"],
    ["png-2000x3.png", "96x96 crop", "image/png 3x3 [red red red red]"],
    ["png-2000x3.png", "320x240 scale", "image/png 320x1 [red red red red]"],
    ["png-alpha-opaque.png", "96x96 crop", `image/png 96x96 ${QUARTERS}`],
    ["png-palette-clear.png", "320x240 scale", "image/png 320x240 transparent [red clear blue yellow]"],
    ["png-below-limit.png", "320x240 scale", "image/png 320x159 [black black black black]"],
  ])("%s, %s: %s", async (picture, asked, expected) => {
    expect(await answerFor(picture, undefined, asked)).toBe(expected);
  });
});

describe("a picture", () => {
  it("comes out in every size that is made beforehand, from the same pixels", async () => {
    const { picture, thumbnails } = await jobs.run("jpeg-exif6.jpg");
    expect(picture).toEqual({ width: 200, height: 400, frames: 1 });
    const seen = await Promise.all(thumbnails.map(({ path }) => seePicture(path)));
    expect(seen).toEqual(
      ["120x240", "200x400", "32x32", "96x96"].map((size) => `image/jpeg ${size} [blue red yellow green]`),
    );
  });

  it("that is much wider than high covers its crops", async () => {
    const { thumbnails } = await jobs.run("jpeg-portrait.jpg", { wishes: [{ kind: "premade" }, ask("300x90 crop")] });
    const crop = thumbnails.find(({ height }) => height === 96);
    expect(await seePicture(crop?.path ?? "")).toBe(`image/jpeg 96x96 ${QUARTERS}`);
    expect(thumbnails.at(-1)).toMatchObject({ width: 300, height: 90, method: "crop" });
  });

  it("is made once where two wishes come to the same shape", async () => {
    const { thumbnails } = await jobs.run("png-rgb.png", {
      wishes: [ask("90x90 crop"), ask("96x96 crop"), ask("96x96 crop animated"), { kind: "premade" }],
    });
    expect(thumbnails.filter(({ width }) => width === 96)).toHaveLength(1);
    expect(thumbnails).toHaveLength(5);
  });

  it("has, where thumbnails are dynamic, those of exactly the size that was asked for", async () => {
    const wishes = [ask("33x44 crop"), ask("321x241 scale")];
    const { thumbnails } = await jobs.run("jpeg-photo.jpg", { wishes, dynamic: true });
    const seen = await Promise.all(thumbnails.map(({ path }) => seePicture(path)));
    expect(seen).toEqual([`image/jpeg 33x44 ${QUARTERS}`, `image/jpeg 321x240 ${QUARTERS}`]);
  });

  it("shows all its frames where it moves, each with its own time", async () => {
    const { picture, thumbnails } = await jobs.run("gif-animated.gif", { wishes: [ask("96x96 crop animated")] });
    expect(picture.frames).toBe(3);
    const [made] = thumbnails;
    expect(made).toMatchObject({ type: "image/webp", animated: true });
    const colours = await Promise.all([0, 1, 2].map((frame) => seeCorners(made?.path ?? "", frame)));
    expect(colours.map(([corner]) => corner)).toEqual(["red", "green", "blue"]);
  });
});

/** What is answered, in the words of the record. */
async function answerFor(picture: string, mediaType: string | undefined, asked: string): Promise<string> {
  try {
    const changes = { wishes: [ask(asked)], ...(mediaType !== undefined && { mediaType }) };
    const { thumbnails } = await jobs.run(picture, changes);
    const [made] = thumbnails;
    return await seePicture(made?.path ?? "");
  } catch (error) {
    const { code } = error as ThumbnailFailure;
    return ["UNSUPPORTED", "BROKEN", "TOO_LARGE"].includes(code) ? "400 M_UNKNOWN" : String(error);
  }
}
