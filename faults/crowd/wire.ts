import type { Draft } from "./requests.ts";
import { bodyOf } from "./told.ts";

/** A request as its bytes. */
export interface Wire {
  readonly bytes: Buffer;
  /** Of these, those of its head. */
  readonly headBytes: number;
}

export interface WireOptions {
  /** Header lines that mean nothing, before and after those that frame the body. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** How long its chunks are. */
  readonly chunkBytes?: number;
}

export function toWire(draft: Draft, { before = [], after = [], chunkBytes = 4_000 }: WireOptions = {}): Wire {
  const { told, framing, lines } = draft;
  const body = told.body === undefined ? Buffer.alloc(0) : bodyOf(told.nonce, told.body);
  const field = { none: [], length: [`Content-Length: ${body.length}`], chunked: ["Transfer-Encoding: chunked"] };
  const head = [...lines, ...before, ...field[framing], ...after, "", ""].join("\r\n");
  const payload = framing === "chunked" ? inChunks(body, chunkBytes) : body;
  return { bytes: Buffer.concat([Buffer.from(head, "latin1"), payload]), headBytes: head.length };
}

function inChunks(body: Buffer, chunkBytes: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes);
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...pieces, Buffer.from("0\r\n\r\n")]);
}
