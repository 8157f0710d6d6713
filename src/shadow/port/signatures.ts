import { KINDS, type KindName } from "../../callbacks/kinds.ts";

/** How a callback is written in TypeScript: the types are those of `MediaRepositoryCallbacks` and `SpamCheckerCallbacks`. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  /** What its promise resolves to. */
  readonly answer: string;
  /** Types that it takes from this package. */
  readonly imports: readonly string[];
}

const CONTEXT = "_context: CallbackContext";

const SIGNATURES: Record<KindName, Omit<Signature, "name">> = {
  get_media_config_for_user: {
    parameters: ["_userId: string", CONTEXT],
    answer: "Record<string, unknown> | Pass",
    imports: ["CallbackContext", "Pass"],
  },
  is_user_allowed_to_upload_media_of_size: {
    parameters: ["_userId: string", "_sizeBytes: number", CONTEXT],
    answer: "boolean",
    imports: ["CallbackContext"],
  },
  get_media_upload_limits_for_user: {
    parameters: ["_userId: string", "_sizeBytes: number", CONTEXT],
    answer: "readonly MediaUploadLimit[] | Pass",
    imports: ["CallbackContext", "MediaUploadLimit", "Pass"],
  },
  on_media_upload_limit_exceeded: {
    parameters: [
      "_userId: string",
      "_limit: MediaUploadLimit",
      "_sentBytes: number",
      "_attemptedBytes: number",
      CONTEXT,
    ],
    answer: "void",
    imports: ["CallbackContext", "MediaUploadLimit"],
  },
  check_media_file_for_spam: {
    parameters: ["_file: MediaFile", "_info: FileInfo", CONTEXT],
    answer: "SpamVerdict",
    imports: ["CallbackContext", "FileInfo", "MediaFile", "SpamVerdict"],
  },
  on_media_uploaded: {
    parameters: ["_userId: string", "_mediaId: string", "_sizeBytes: number", CONTEXT],
    answer: "void",
    imports: ["CallbackContext"],
  },
  on_media_deleted: { parameters: ["_mediaId: string", CONTEXT], answer: "void", imports: ["CallbackContext"] },
};

export function signatureOf(kind: KindName): Signature {
  return { name: KINDS[kind].typescriptName, ...SIGNATURES[kind] };
}
