import type { KindName } from "../../callbacks/kinds.ts";
import type { ConfiguredUploadLimit } from "../../config/config.ts";

/**
 * What follows for a client from what one module said, as plain data. Values are canonical JSON text: equal effects have
 * equal texts.
 */
export type Effect =
  /** The modules behind it decide. */
  | { readonly follows: "next" }
  /** Nothing that a client sees: the upload is accepted as far as this callback decides, the notification was taken. */
  | { readonly follows: "pass" }
  /** The request is answered with an error. */
  | ErrorEffect
  /** The request is answered with this body. */
  | { readonly follows: "answer"; readonly status: 200; readonly body: string }
  /** These limits hold. */
  | { readonly follows: "limits"; readonly limits: readonly LimitEffect[] };

/** The answer to a request that ends in an error. */
export interface ErrorEffect {
  readonly follows: "error";
  readonly status: number;
  readonly errcode: string;
  /** The words for people, which clients do not act upon. */
  readonly error: string;
  /** The other members of the body, as canonical JSON text. */
  readonly fields: string;
  /** The headers that the error brings, as canonical JSON text. */
  readonly headers: string;
}

/** What a limit allows, and what its refusal tells. */
export interface LimitEffect {
  /** The most bytes that pass it: an integer in decimal digits; -1 where none do. */
  readonly maxBytes: string;
  readonly timePeriodMs: number;
  readonly infoUri: string;
  readonly canUpgrade: boolean;
}

/** What a module's answer leads to depends on these. Plain data: they cross to another thread. */
export interface EffectFacts {
  /** The body of the media configuration, where no module decides, names it. */
  readonly maxUploadSizeBytes: number;
  /** They hold where no module gives limits. */
  readonly mediaUploadLimits: readonly ConfiguredUploadLimit[];
  /** The `info_uri` of a limit that has none of its own. */
  readonly limitPage: string;
  /** Callbacks that modules behind this one have as well: they are asked where it lets the walk continue. */
  readonly askedNext: readonly KindName[];
  /** Whether a file is refused in the same words whatever a module says, as in a Synapse; absent: in the module's. */
  readonly wordsOfRefusalsAreFixed?: boolean;
}

/** Of a module of which nothing else is known: to let the walk continue is then unlike every other answer. */
export const UNKNOWN_FACTS: EffectFacts = {
  maxUploadSizeBytes: 0,
  mediaUploadLimits: [],
  limitPage: "",
  askedNext: [
    "get_media_config_for_user",
    "is_user_allowed_to_upload_media_of_size",
    "get_media_upload_limits_for_user",
    "on_media_upload_limit_exceeded",
    "check_media_file_for_spam",
    "on_media_uploaded",
    "on_media_deleted",
  ],
};
