import { z } from "zod";
import type { UpstreamMedia } from "../media/upstream-records.ts";

/** Where Synapse is asked for media: its administrator's API, or its database. */
export interface SynapseMedia {
  /** What a user uploaded later than `sinceTs`, in pages. Rejects where Synapse cannot be asked. */
  mediaOf(userId: string, sinceTs: number): AsyncIterable<readonly UpstreamMedia[]>;
  /** Everybody who ever uploaded something, in pages, and how many there are. */
  uploaders(): AsyncIterable<{ readonly userIds: readonly string[]; readonly total: number }>;
}

/** One question to the administrator's API: the parsed JSON of its answer. Rejects for anything but a success. */
export type AskAdministrator = (what: string, path: string, query: Record<string, string>) => Promise<unknown>;

const PAGE = 500;

const MediaPageSchema = z.object({
  media: z.array(
    z.object({ media_id: z.string(), media_length: z.int().nullable(), created_ts: z.int().nonnegative() }),
  ),
  next_token: z.int().optional(),
});

const UploadersPageSchema = z.object({
  users: z.array(z.object({ user_id: z.string() })),
  total: z.int(),
  next_token: z.int().optional(),
});

/**
 * Media by Synapse's administrator's API: `GET /_synapse/admin/v1/users/<user_id>/media`, newest first and no further back than
 * asked for, and `GET /_synapse/admin/v1/statistics/users/media`.
 */
export function createAdminMedia(ask: AskAdministrator): SynapseMedia {
  return {
    async *mediaOf(userId, sinceTs) {
      const path = `/_synapse/admin/v1/users/${encodeURIComponent(userId)}/media`;
      for (let from: number | undefined = 0; from !== undefined;) {
        const query = { from: String(from), limit: String(PAGE), order_by: "created_ts", dir: "b" };
        const page: z.infer<typeof MediaPageSchema> = MediaPageSchema.parse(await ask("users/media", path, query));
        const recent = page.media.filter(({ created_ts }) => created_ts > sinceTs);
        yield recent.flatMap((media) => readMedia(media, userId));
        from = recent.length === page.media.length ? page.next_token : undefined;
      }
    },
    async *uploaders() {
      for (let from: number | undefined = 0; from !== undefined;) {
        const query = { from: String(from), limit: String(PAGE), order_by: "user_id" };
        const path = "/_synapse/admin/v1/statistics/users/media";
        const page: z.infer<typeof UploadersPageSchema> = UploadersPageSchema.parse(
          await ask("statistics/users/media", path, query),
        );
        yield { userIds: page.users.map(({ user_id }) => user_id), total: page.total };
        from = page.next_token;
      }
    },
  };
}

/** An id that was made and not uploaded to has no length yet. */
function readMedia(
  media: { media_id: string; media_length: number | null; created_ts: number },
  userId: string,
): UpstreamMedia[] {
  const { media_id: mediaId, media_length: mediaLength, created_ts: uploadedTs } = media;
  return mediaLength === null ? [] : [{ mediaId, userId, mediaLength, uploadedTs, sha256: null }];
}
