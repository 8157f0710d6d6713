import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { SERVER_NAME } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";
import type { FaultyService } from "../support/service.ts";

/** One that is made beforehand, and one that is made because it is asked for. */
const QUERIES = ["width=32&height=32&method=crop", "width=96&height=40&method=crop"] as const;
const PICTURES = [
  { type: "image/jpeg", file: "jpeg-small.jpg" },
  { type: "image/png", file: "png-palette.png" },
] as const;

/** Uploads pictures, and asks for thumbnails of them; `keep` gets what was uploaded. Answers their ids. */
export async function uploadPictures(
  service: FaultyService,
  keep: (id: string, body: Buffer) => void,
): Promise<string[]> {
  const ids: string[] = [];
  for (const { type, file } of PICTURES) {
    const picture = readFileSync(join(ROOT, "test/fixtures/pictures", file));
    // What follows a picture's end is not looked at: no two are the same.
    const body = Buffer.concat([picture, randomBytes(20)]);
    const headers = { "Content-Type": type };
    const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", body, headers });
    const id = ((await answer.json()) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
    keep(id, body);
    ids.push(id);
    for (const query of QUERIES) await (await service.request(pathOf(id, query))).arrayBuffer();
  }
  return ids;
}

/**
 * What is wrong with the thumbnails of a service, undefined where nothing is: each of a picture that is there is served
 * whole, whatever is left of its file and its row. `ids` are pictures that are there.
 */
export async function findWrongThumbnail(port: number, ids: readonly string[]): Promise<string | undefined> {
  for (const id of ids) {
    for (const query of QUERIES) {
      const headers = { Authorization: "Bearer token-of-alice" };
      const answer = await fetch(`http://127.0.0.1:${port}${pathOf(id, query)}`, { headers });
      const content = Buffer.from(await answer.arrayBuffer());
      if (answer.status !== 200) return `the thumbnail ${query} of ${id} is answered ${answer.status}`;
      const error = await sharp(content, { failOn: "warning" }).raw().toBuffer().then(() => undefined, String); // prettier-ignore
      if (error !== undefined) return `the thumbnail ${query} of ${id} cannot be read: ${error}`;
    }
  }
  return undefined;
}

/** The media ids that thumbnails on disk are of; `store` is the media store. */
export function thumbnailedIds(store: string): ReadonlySet<string> {
  const folder = join(store, "local_thumbnails");
  try {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.split("/"));
    return new Set(paths.filter((parts) => parts.length === 4).map((parts) => parts.slice(0, 3).join("")));
  } catch {
    // There are none.
    return new Set();
  }
}

function pathOf(id: string, query: string): string {
  return `/_matrix/client/v1/media/thumbnail/${SERVER_NAME}/${id}?${query}`;
}
