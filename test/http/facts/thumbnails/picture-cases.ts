import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, at, differs, DOWNLOAD_HEADERS, recorded, store, type Answer, type HttpCase, type Step } from "../case.ts";

const PICTURES = join(import.meta.dirname, "../../../fixtures/pictures");

export const QUARTERS = "[red green blue yellow]";
export const THUMBNAIL = "GET …/thumbnail/{server}/{id}";

/** What a crop of 32x32 of `png-rgb.png` looks like. */
export const PICTURE_OF_FOUR = picture(`image/png 32x32 ${QUARTERS}`);

/** An upload of a picture by alice. */
export function storePicture(name: string, type: string): Step {
  return store({ body: readFileSync(join(PICTURES, name)), type });
}

/** A thumbnail that looks like this (`see-picture.ts`), or a refusal: a status and an errcode. */
export function picture(looks: string): Answer {
  const [, status, errcode] = /^(\d{3}) (M_\w+)$/.exec(looks) ?? [];
  if (status !== undefined && errcode !== undefined) return { status: Number(status), errcode };
  const type = looks.split(" ", 1)[0];
  return {
    status: 200,
    picture: looks,
    headers: { ...DOWNLOAD_HEADERS, "content-disposition": "inline", "content-type": type },
  };
}

/** One picture, asked for as a crop of 96x96 and scaled to 320x240. */
export function still(id: string, name: string, type: string, answers: readonly string[], reason?: string): HttpCase {
  return pictureCase(id, reason, name, type, answers, [
    "width=96&height=96&method=crop",
    "width=320&height=240&method=scale",
  ]);
}

/** One picture, asked for still and moving. */
export function moving(id: string, name: string, type: string, answers: readonly string[], reason?: string): HttpCase {
  const crop = "width=32&height=32&method=crop";
  const scale = id.startsWith("dynamic.") ? "width=100&height=100" : "width=320&height=240";
  const queries = [crop, `${crop}&animated=false`, `${crop}&animated=true`, `${scale}&method=scale&animated=true`];
  return pictureCase(id, reason, name, type, answers, queries);
}

/** A case at the service that makes thumbnails of exactly the size asked for. */
export const dynamic = (httpCase: HttpCase): HttpCase => at("dynamic", httpCase);

function pictureCase(
  id: string,
  reason: string | undefined,
  name: string,
  type: string,
  answers: readonly string[],
  queries: readonly string[],
): HttpCase {
  const asked = queries.map((query, index) => ask(`${THUMBNAIL}?${query}`, picture(answers[index] ?? "")));
  const steps = [storePicture(name, type), ...asked];
  return reason === undefined ? recorded(`thumbnail.${id}`, ...steps) : differs(`thumbnail.${id}`, reason, ...steps);
}
