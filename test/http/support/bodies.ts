import type { Server } from "node:net";
import { z } from "zod";
import type { RawAnswer } from "./raw-connection.ts";

const StoredSchema = z.strictObject({ content_uri: z.string().startsWith("mxc://example.test/") });
const CreatedSchema = z.strictObject({
  content_uri: z.string().regex(/^mxc:\/\/example\.test\/[A-Za-z]{24}$/),
  unused_expires_at: z.int(),
});
const ErrorSchema = z.object({ errcode: z.string(), error: z.string().min(1) });

/** The media id of an upload that was accepted. */
export function mediaIdOf({ body }: Pick<RawAnswer, "body">): string {
  return StoredSchema.parse(JSON.parse(body.toString())).content_uri.slice("mxc://example.test/".length);
}

/** The media id that was created, and when it expires. */
export function createdIn({ body }: Pick<RawAnswer, "body">): { mediaId: string; expiresTs: number } {
  const created = CreatedSchema.parse(JSON.parse(body.toString()));
  return {
    mediaId: created.content_uri.slice("mxc://example.test/".length),
    expiresTs: created.unused_expires_at,
  };
}

/** Status and errcode of a refusal. */
export function refusalOf({ status, body }: RawAnswer): [status: number, errcode: string] {
  return [status, ErrorSchema.parse(JSON.parse(body.toString())).errcode];
}

/** The port that the system chose for a server. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return address.port;
}
