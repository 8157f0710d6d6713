import { randomBytes } from "node:crypto";
import { SERVER_NAME } from "../support/folder.ts";
import type { FaultyStore } from "./faulty-store.ts";

const UPLOAD = "/_matrix/media/v3/upload";

/** What a client sent, and was answered. */
export interface Attempt {
  readonly status: number;
  /** The text of an answer that is not a success. */
  readonly refusal?: string;
  readonly body: Buffer;
  /** Undefined where none is known. */
  readonly id?: string | undefined;
}

/** Every way of an upload through the store. */
export const UPLOADS: Readonly<Record<string, (store: FaultyStore) => Promise<Attempt>>> = {
  small: (store) => upload(store, randomBytes(900)),
  large: (store) => upload(store, randomBytes(600_000)),
  "without a length": (store) => upload(store, randomBytes(300_000), { chunked: true }),
  "to an id": async (store) => {
    const created = await read(await store.service.request("/_matrix/media/v1/create", { method: "POST" }));
    return created.id === undefined ? { ...created, body: Buffer.alloc(0) } : uploadTo(store, created.id);
  },
  spam: (store) => upload(store, Buffer.from("spam and nothing but spam")),
};

/** Uploads under an id of its own, with a length or in chunks. */
export async function upload(store: FaultyStore, body: Buffer, { chunked = false } = {}): Promise<Attempt> {
  const init = chunked ? { body: new Blob([body]).stream(), duplex: "half" as const } : { body };
  return { ...(await read(await store.service.request(UPLOAD, { method: "POST", ...init }))), body };
}

/** Fills an id that was created before. */
export async function uploadTo(store: FaultyStore, id: string): Promise<Attempt> {
  const body = randomBytes(5000);
  const answer = await store.service.request(`${UPLOAD}/${SERVER_NAME}/${id}`, { method: "PUT", body });
  return { ...(await read(answer)), body, id };
}

async function read(answer: Response): Promise<Omit<Attempt, "body">> {
  const { status } = answer;
  if (status !== 200) return { status, refusal: await answer.text() };
  const { content_uri: uri } = (await answer.json()) as { content_uri?: string };
  return { status, id: uri?.split("/").at(-1) };
}
