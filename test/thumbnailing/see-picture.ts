import sharp from "sharp";

/** Colours by the channels that are bright: red, green, blue. */
const COLOURS: Readonly<Record<string, string>> = { "100": "red", "010": "green", "001": "blue", "110": "yellow" };
/** Below this difference of the channels a colour is grey. */
const LEAST_CHROMA = 60;

/**
 * What a picture looks like, as the recorded answers of Synapse say it: its type, its size, whether it is transparent,
 * its frames where it has several, and the colours of its four corners.
 */
export async function seePicture(path: string | Buffer): Promise<string> {
  const { format, width, height, pages = 1, hasAlpha } = await sharp(path).metadata();
  const corners = await seeCorners(path);
  const transparent = hasAlpha && corners.includes("clear") ? " transparent" : "";
  const frames = pages > 1 ? ` ${pages} frames` : "";
  return `image/${format} ${width}x${height}${transparent}${frames} [${corners.join(" ")}]`;
}

/** The colours of the four corners of the frame, in the order of reading. */
export async function seeCorners(path: string | Buffer, frame = 0): Promise<string[]> {
  const { data, info } = await sharp(path, { page: frame }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 4;
    return nameOf([...data.subarray(start, start + 4)]);
  };
  return [at(0.1, 0.1), at(0.9, 0.1), at(0.1, 0.9), at(0.9, 0.9)];
}

/** By hue: the colours of print are darker than those of a screen. */
function nameOf([red = 0, green = 0, blue = 0, alpha = 0]: readonly number[]): string {
  if (alpha < 128) return "clear";
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < LEAST_CHROMA) return most < 50 ? "black" : most > 220 ? "white" : "gray";
  const bright = [red, green, blue].map((channel) => (channel > most * 0.6 ? 1 : 0)).join("");
  return COLOURS[bright] ?? `${red},${green},${blue}`;
}
