import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../support/random.ts";
import { ROOT } from "../support/root.ts";
import { PictureMutations } from "./mutations.ts";

const FOLDER = join(ROOT, "test/fixtures/pictures");
const TYPES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  tiff: "image/tiff",
};
/** Of all pictures, the part that is sent as it is, so that it is known what a whole one is answered. */
const UNCHANGED = 0.02;
/** The part whose declared type is another one's. */
const MISDECLARED = 0.1;
/** Sides that are asked for: those of the thumbnails that are there, their neighbours, and what no picture has. */
const SIDES = [0, 1, 32, 33, 96, 240, 320, 480, 600, 800, 801, 1600, 4000, 2 ** 31];

/** An original of the tests. */
export interface Original {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A picture as it is uploaded, and what is asked of it. */
export interface DrawnPicture {
  /** Whose, and which: enough to draw it again. */
  readonly name: string;
  readonly mediaType: string;
  readonly body: Buffer;
  readonly queries: readonly string[];
}

/** The pictures that are changed. */
export function readOriginals(): Original[] {
  const names = readdirSync(FOLDER).filter((name) => !/\.(?:md|json)$/.test(name));
  return names.toSorted().map((name) => ({ name, bytes: readFileSync(join(FOLDER, name)) }));
}

/** The picture of a number. It depends on nothing but the seed and the number. */
export function drawPicture(originals: readonly Original[], seed: number, number: number): DrawnPicture {
  const random = createRandom(seed * 1_000_003 + number);
  const mutations = new PictureMutations(
    random,
    originals.map(({ bytes }) => bytes),
  );
  const { name, bytes } = mutations.pick(originals);
  const isUnchanged = random() < UNCHANGED;
  const types = Object.values(TYPES);
  const ownType = TYPES[name.split(".").at(-1) ?? ""] ?? mutations.pick(types);
  return {
    name: `picture ${number} of seed ${seed}, ${name}${isUnchanged ? " as it is" : ""}`,
    mediaType: random() < MISDECLARED ? mutations.pick(types) : ownType,
    body: isUnchanged ? bytes : mutations.mutate(bytes),
    queries: drawQueries(mutations),
  };
}

/** Every method, still and animated. */
function drawQueries(mutations: PictureMutations): string[] {
  return ["scale", "crop"].flatMap((method) =>
    [false, true].map((animated) => {
      const [width, height] = [mutations.pick(SIDES), mutations.pick(SIDES)];
      return `width=${width}&height=${height}&method=${method}&animated=${animated}`;
    }),
  );
}
