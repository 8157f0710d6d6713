import { randomBytes } from "node:crypto";
import type { Dispatcher } from "undici";
import { SERVER_NAME } from "../support/folder.ts";
import { LIMITS } from "../storm/modules.ts";
import { isAllowedSize } from "../storm/verdict.ts";

const UPLOAD = "/_matrix/media/v3/upload";
const DOWNLOAD = `/_matrix/client/v1/media/download/${SERVER_NAME}`;
const USERS = Array.from({ length: 20 }, (_none, number) => `free${number}`);
/** Whose limit is used up before the first request. */
const FULL = "first0";
const [SMALL, LARGE, HUGE] = [1_000, 200_000, 2_000_000];

/** Sends one request; resolves to its status, the body read to the end. */
export type Send = (
  options: Pick<Dispatcher.RequestOptions, "method" | "path" | "body" | "headers">,
) => Promise<{ status: number; text: string; headers: Record<string, string | string[] | undefined> }>;

/** Media that are there throughout, so that downloads add nothing to the disk. */
interface Shelf {
  readonly small: readonly Kept[];
  readonly large: readonly Kept[];
  readonly huge: readonly Kept[];
}

interface Kept {
  readonly id: string;
  readonly etag: string;
}

/** A kind of request and how it is to be answered. */
interface Share {
  readonly name: string;
  readonly perMille: number;
  readonly status: number;
  make(): Promise<number>;
}

/**
 * Makes one request, or a few that belong together, by chance of the kinds below. Resolves to what was wrong, if
 * anything.
 */
export type Turn = () => Promise<{ readonly requests: number; readonly wrong: string | undefined }>;

/** Fills a new service with what is downloaded later, and answers what makes requests of it from then on. */
export async function prepareMix(send: Send, random: () => number): Promise<Turn> {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const upload = (sizeBytes: number, mark = "---", user = pick(USERS), isChunked = random() < 0.3) => {
    const body = bodyOf(sizeBytes, mark);
    return send({
      method: "POST",
      path: UPLOAD,
      headers: bearer(user),
      body: isChunked ? (pieces(body) as never) : body,
    });
  };
  const get = async (path: string, headers = {}, method: "GET" | "HEAD" = "GET") =>
    (await send({ method, path, headers: { ...bearer(pick(USERS)), ...headers } })).status;
  const put = async () => {
    const headers = bearer(pick(USERS));
    const { text } = await send({ method: "POST", path: "/_matrix/media/v1/create", headers });
    const path = `${UPLOAD}/${SERVER_NAME}/${idIn(text)}`;
    return (await send({ method: "PUT", path, headers, body: bodyOf(allowed(SMALL, random), "---") })).status;
  };
  const keep = async (count: number, sizeBytes: number): Promise<Kept[]> => {
    const kept: Kept[] = [];
    while (kept.length < count) {
      const id = idIn((await upload(allowed(sizeBytes, random))).text);
      const { headers } = await send({ method: "HEAD", path: `${DOWNLOAD}/${id}`, headers: bearer(FULL) });
      kept.push({ id, etag: String(headers["etag"]) });
    }
    return kept;
  };
  const shelf: Shelf = { small: await keep(60, 8 * SMALL), large: await keep(6, LARGE), huge: await keep(2, HUGE) };
  await upload(
    allowed(LIMITS.first - SMALL, () => 1),
    "---",
    FULL,
  );

  const path = (kept: readonly Kept[]) => `${DOWNLOAD}/${pick(kept).id}`;
  const shares: readonly Share[] = [
    { name: "config", perMille: 120, status: 200, make: () => get("/_matrix/client/v1/media/config") },
    { name: "small download", perMille: 250, status: 200, make: () => get(path(shelf.small)) },
    { name: "range", perMille: 100, status: 206, make: () => get(path(shelf.small), { range: "bytes=100-299" }) },
    {
      name: "range past the end",
      perMille: 10,
      status: 416,
      make: () => get(path(shelf.small), { range: "bytes=99999999-" }),
    },
    {
      name: "conditional download",
      perMille: 100,
      status: 304,
      make: () => {
        const { id, etag } = pick(shelf.small);
        return get(`${DOWNLOAD}/${id}`, { "if-none-match": etag });
      },
    },
    { name: "HEAD", perMille: 50, status: 200, make: () => get(path(shelf.large), {}, "HEAD") },
    { name: "large download", perMille: 20, status: 200, make: () => get(path(shelf.large)) },
    { name: "huge download", perMille: 2, status: 200, make: () => get(path(shelf.huge)) },
    {
      name: "range at the end",
      perMille: 5,
      status: 206,
      make: () => get(path(shelf.huge), { range: "bytes=-100000" }),
    },
    {
      name: "unknown media",
      perMille: 50,
      status: 404,
      make: () => get(`${DOWNLOAD}/${randomBytes(12).toString("hex")}`),
    },
    { name: "unknown path", perMille: 30, status: 404, make: () => get("/_matrix/client/v1/media/nothing") },
    { name: "no token", perMille: 30, status: 401, make: () => get(path(shelf.small), { authorization: "" }) },
    { name: "health", perMille: 10, status: 200, make: () => get("/health") },
    { name: "upload", perMille: 90, status: 200, make: async () => (await upload(allowed(2 * SMALL, random))).status },
    { name: "large upload", perMille: 1, status: 200, make: async () => (await upload(allowed(LARGE, random))).status },
    { name: "size refused in Python", perMille: 30, status: 413, make: async () => (await upload(7 * 150)).status },
    { name: "size refused by an error", perMille: 20, status: 402, make: async () => (await upload(13 * 101)).status },
    { name: "spam", perMille: 20, status: 400, make: async () => (await upload(allowed(SMALL, random), "1--")).status },
    {
      name: "spam by an error",
      perMille: 20,
      status: 406,
      make: async () => (await upload(allowed(SMALL, random), "--3")).status,
    },
    {
      name: "limit",
      perMille: 12,
      status: 429,
      make: async () => (await upload(allowed(LARGE, random), "---", FULL)).status,
    },
    { name: "create and PUT", perMille: 30, status: 200, make: put },
  ];
  const whole = shares.reduce((sum, { perMille }) => sum + perMille, 0);
  return async () => {
    let left = random() * whole;
    const share = shares.find(({ perMille }) => (left -= perMille) < 0) ?? shares[0];
    if (share === undefined) throw new Error("no kind of request was chosen");
    const got = await share.make().catch(String);
    const wrong = got === share.status ? undefined : `${share.name}: ${got} instead of ${share.status}`;
    return { requests: share.make === put ? 2 : 1, wrong };
  };
}

function bearer(user: string): { authorization: string } {
  return { authorization: `Bearer token-of-${user}` };
}

/** A size of about this many bytes that no module refuses. */
function allowed(mostBytes: number, random: () => number): number {
  let sizeBytes = Math.ceil(mostBytes * (0.5 + random() / 2));
  while (!isAllowedSize(sizeBytes)) sizeBytes -= 1;
  return sizeBytes;
}

function bodyOf(sizeBytes: number, mark: string): Buffer {
  const body = Buffer.alloc(sizeBytes, 0x61);
  body.write(mark);
  return body;
}

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}

function idIn(text: string): string {
  return (
    String((JSON.parse(text) as { content_uri?: string }).content_uri)
      .split("/")
      .at(-1) ?? ""
  );
}
