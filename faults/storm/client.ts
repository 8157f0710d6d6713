import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "undici";
import { SERVER_NAME } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";
import type { Kind } from "./modules.ts";
import type { Asked } from "./verdict.ts";

const PIECE_BYTES = 32 * 1024;
/** The homeserver of a storm says of every user that it is one. */
const ADMINISTRATOR = "administrator";

/** Pictures that have thumbnails; of the second one they can move. What follows their ends is not looked at. */
const PICTURES = [
  { type: "image/jpeg", file: "jpeg-small.jpg" },
  { type: "image/gif", file: "gif-animated.gif" },
].map(({ type, file }) => ({ type, bytes: readFileSync(join(ROOT, "test/fixtures/pictures", file)) }));
/** Of the uploads that are not spam, the part that are pictures. */
const PICTURED = 0.3;

/** An upload as it is to be made. */
export interface Upload extends Asked {
  readonly user: string;
  /** Undefined for a file that is no picture. */
  readonly pictureType: string | undefined;
  readonly body: Buffer;
  readonly sha256: string;
}

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/** How an answer is compared: a refusal with its errcode. */
export function nameAnswer({ status, body }: Answer): string {
  return status < 400 ? String(status) : `${status} ${String(jsonOf(body)["errcode"])}`;
}

/** The media id in an answer that names one. */
export function idIn({ body }: Answer): string {
  return String(jsonOf(body)["content_uri"]).split("/").at(-1) ?? "";
}

/** An upload that the random numbers decide: mostly small, some large, a few refused by each module. */
export function createUpload(user: string, kind: Kind, random: () => number): Upload {
  const scale = random();
  const most = scale < 0.65 ? 8_000 : scale < 0.95 ? 60_000 : kind === "free" ? 1_500_000 : 200_000;
  const spam = random() < 0.15;
  const mark = ["1", "2", "3"].map((digit) => (spam && random() < 0.5 ? digit : "-")).join("");
  const sizeBytes = 3 + Math.floor(random() * most);
  const picture = mark === "---" && random() < PICTURED ? PICTURES[Math.floor(random() * PICTURES.length)] : undefined;
  return makeUpload({ kind, mark, isChunked: random() < 0.3, sizeBytes }, user, picture);
}

/** The upload with the content that goes with what is asked; no two have the same. A picture is at least its own size. */
export function makeUpload(asked: Asked, user: string, picture?: (typeof PICTURES)[number]): Upload {
  // Without room for something of its own two pictures would be the same.
  const sizeBytes = Math.max(asked.sizeBytes, picture === undefined ? 0 : picture.bytes.length + 16);
  const body = randomBytes(sizeBytes);
  if (picture === undefined) body.write(asked.mark);
  else picture.bytes.copy(body);
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { ...asked, sizeBytes, user, pictureType: picture?.type, body, sha256 };
}

/** Connections to one service, for as long as that lives. */
export class Client {
  readonly #pool: Pool;
  readonly #onBytes: (count: number) => void;

  /** `onBytes` is called for each piece of a body that is passed to the connection. */
  constructor(url: string, onBytes: (count: number) => void) {
    this.#pool = new Pool(url, { connections: 32, bodyTimeout: 0, headersTimeout: 0 });
    this.#onBytes = onBytes;
  }

  /** Makes an upload, to an id of its own or to `id`. Rejects where the connection is cut. */
  upload({ user, body, isChunked, pictureType }: Upload, id?: string): Promise<Answer> {
    const path = id === undefined ? "/_matrix/media/v3/upload" : `/_matrix/media/v3/upload/${SERVER_NAME}/${id}`;
    const headers = {
      ...(!isChunked && { "content-length": String(body.length) }),
      ...(pictureType !== undefined && { "content-type": pictureType }),
    };
    return this.#request(id === undefined ? "POST" : "PUT", path, user, { body: this.#pieces(body), headers });
  }

  create(user: string): Promise<Answer> {
    return this.#request("POST", "/_matrix/media/v1/create", user);
  }

  download(user: string, id: string): Promise<Answer> {
    return this.#request("GET", `/_matrix/client/v1/media/download/${SERVER_NAME}/${id}?timeout_ms=0`, user);
  }

  thumbnail(user: string, id: string, query: string): Promise<Answer> {
    return this.#request("GET", `/_matrix/client/v1/media/thumbnail/${SERVER_NAME}/${id}?${query}`, user);
  }

  /** An administrator deletes media. */
  delete(id: string): Promise<Answer> {
    return this.#request("DELETE", `/_synapse/admin/v1/media/${SERVER_NAME}/${id}`, ADMINISTRATOR);
  }

  config(user: string): Promise<Answer> {
    return this.#request("GET", "/_matrix/client/v1/media/config", user);
  }

  /** Cuts what is under way. */
  destroy(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    user: string,
    { body = null, headers = {} }: { body?: AsyncIterable<Buffer> | null; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const answer = await this.#pool.request({
      method,
      path,
      // undici takes an iterable where its types do not say so.
      body: body as never,
      headers: { authorization: `Bearer token-of-${user}`, ...headers },
    });
    const retryAfter = answer.headers["retry-after"];
    return {
      status: answer.statusCode,
      retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  }

  async *#pieces(body: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += PIECE_BYTES) {
      const piece = body.subarray(at, at + PIECE_BYTES);
      yield piece;
      this.#onBytes(piece.length);
    }
  }
}

function jsonOf(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
