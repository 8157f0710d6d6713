import { z } from "zod";
import type { HomeserverRequests } from "../homeserver/client/request.ts";
import { pathOf } from "../homeserver/client/path.ts";
import type { UpstreamMedia } from "./records.ts";

/** What Synapse knows of its media. */
export interface SynapseMedia {
  /** What a user uploaded later than `sinceTs`, in pages. Rejects where Synapse cannot be asked. */
  mediaOf(userId: string, sinceTs: number): AsyncIterable<readonly UpstreamMedia[]>;
  /** Every user who has ever uploaded something. Rejects where Synapse cannot be asked. */
  uploaders(): Promise<readonly string[]>;
}

const PAGE = 500;

const MediaPageSchema = z.object({
  media: z.array(
    z.object({ media_id: z.string(), media_length: z.int().nullable(), created_ts: z.int().nonnegative() }),
  ),
  next_token: z.int().optional(),
});

type MediaPage = z.infer<typeof MediaPageSchema>;

const UploadersPageSchema = z.object({
  users: z.array(z.object({ user_id: z.string() })),
  next_token: z.int().optional(),
});
type UploadersPage = z.infer<typeof UploadersPageSchema>;

/**
 * Media by Synapse's Admin API: `GET /_synapse/admin/v1/users/<user_id>/media`, newest first and no further back than
 * asked for, and `GET /_synapse/admin/v1/statistics/users/media`. With workers, different processes serve the two.
 */
export function createAdminMedia(media: HomeserverRequests, main: HomeserverRequests): SynapseMedia {
  return {
    async *mediaOf(userId, sinceTs) {
      const path = pathOf`/_synapse/admin/v1/users/${userId}/media`;
      for (let from: number | undefined = 0; from !== undefined;) {
        const page: MediaPage = await ask(media, path, { from, order_by: "created_ts", dir: "b" }, MediaPageSchema);
        const recent = page.media.filter(({ created_ts }) => created_ts > sinceTs);
        yield recent.flatMap((item) => readMedia(item, userId));
        from = recent.length === page.media.length ? page.next_token : undefined;
      }
    },
    async uploaders() {
      const userIds = new Set<string>();
      const path = "/_synapse/admin/v1/statistics/users/media";
      for (let from: number | undefined = 0; from !== undefined;) {
        const page: UploadersPage = await ask(main, path, { from, order_by: "user_id" }, UploadersPageSchema);
        for (const { user_id } of page.users) userIds.add(user_id);
        from = page.next_token;
      }
      return [...userIds];
    },
  };
}

async function ask<T>(
  requests: HomeserverRequests,
  path: string,
  parameters: Record<string, string | number>,
  schema: z.ZodType<T>,
): Promise<T> {
  const query = Object.entries({ ...parameters, limit: PAGE }).map(([name, value]) => [name, String(value)] as const);
  const answer = await requests.send({ what: path, method: "GET", path, query, as: { admin: true } });
  return answer.read(schema);
}

/** An id without content has no length yet. */
function readMedia(
  media: { media_id: string; media_length: number | null; created_ts: number },
  userId: string,
): UpstreamMedia[] {
  const { media_id: mediaId, media_length: mediaLength, created_ts: uploadedTs } = media;
  return mediaLength === null ? [] : [{ mediaId, userId, mediaLength, uploadedTs, sha256: null }];
}
