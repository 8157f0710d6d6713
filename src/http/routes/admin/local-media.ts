import { matrixError } from "../../../errors.ts";
import { isMediaId } from "../../../media/media-id.ts";
import type { MediaStores } from "../../../media/stores.ts";
import type { AdminRequest } from "./admin-endpoint.ts";
import type { SynapseBehind } from "./synapse-behind.ts";

/** What endpoints about single media need. */
export interface LocalMediaParts {
  readonly serverName: string;
  readonly stores: Pick<MediaStores, "administration" | "quarantine" | "flushed">;
  /** Undefined without a Synapse behind this repository. */
  readonly behind: SynapseBehind | undefined;
}

/** A media id of ours, with or without content; undefined where it is another server's, or can be none. */
export function localIdOf(serverName: string, mediaId: string, parts: LocalMediaParts): string | undefined {
  return serverName === parts.serverName && isMediaId(mediaId) ? mediaId : undefined;
}

/**
 * Answers about media of ours here. With a Synapse behind, it answers about all other media; without one, `otherwise`
 * does.
 */
export async function answerOrPassOn(
  request: AdminRequest,
  mediaId: string | undefined,
  { stores, behind }: LocalMediaParts,
  { here, otherwise }: { readonly here: (mediaId: string) => Promise<object>; readonly otherwise: () => object },
): Promise<object | undefined> {
  const isOurs = mediaId !== undefined && (await stores.administration.find(mediaId)) !== undefined;
  if (isOurs) return here(mediaId);
  return behind ? behind.passOn(request) : otherwise();
}

/** The media does not exist, as Synapse says it. */
export function unknownMedia(): Error {
  return matrixError("NOT_FOUND", { message: "Unknown media" });
}
