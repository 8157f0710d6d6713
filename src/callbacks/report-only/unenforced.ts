import type { ErrorCode, MatrixError } from "../../errors.ts";
import { denial, spamRefusal } from "../failure.ts";
import type { KindName } from "../kinds.ts";
import type { MediaUploadLimit } from "../limit.ts";
import type { Slot } from "../slots/slot.ts";
import type { RefusalWords } from "../spam-verdict.ts";

/** What a callback, or a limit, that is not enforced would have done. */
export type Unenforced =
  | {
      readonly would: "refuse";
      /** What the client would have been answered; its facts say by whom it would have been refused. */
      readonly error: MatrixError;
      /** undefined: a limit of the configuration, or one that a callback gave. */
      readonly slot?: Slot | undefined;
    }
  | {
      /** It would have answered in place of those after it. */
      readonly would: "answer";
      readonly slot: Slot;
      /** Present where the answer is limits: they are not in force. */
      readonly limits?: readonly MediaUploadLimit[] | undefined;
    };

/** For which request something was not enforced. */
export interface UnenforcedFacts {
  /** The number of the HTTP request. */
  readonly request?: number | undefined;
  /** Who makes it, where that is known. */
  readonly user?: string | undefined;
}

/** Whether what a slot decides is only reported. */
export function isReportOnly({ module }: Slot): boolean {
  return module.isReportOnly === true;
}

/** What a slot that is not enforced would have done by a value that ends a walk. */
export function unenforcedStop(kind: KindName, slot: Slot, value: unknown): Unenforced {
  switch (kind) {
    case "is_user_allowed_to_upload_media_of_size":
      return { would: "refuse", slot, error: denial({ slot, value: value as ErrorCode }) };
    case "check_media_file_for_spam":
      return { would: "refuse", slot, error: spamRefusal({ slot, value: value as RefusalWords }) };
    case "get_media_upload_limits_for_user":
      return { would: "answer", slot, limits: value as readonly MediaUploadLimit[] };
    default:
      return { would: "answer", slot };
  }
}

/** Tells one thing that is not enforced from another, within one request. */
export function keyOfUnenforced(unenforced: Unenforced): string {
  const { would, slot } = unenforced;
  if (slot !== undefined) return JSON.stringify([would, slot.module.index, slot.kind, slot.nth]);
  const facts = would === "refuse" ? unenforced.error.facts : undefined;
  return JSON.stringify([would, facts?.slot ?? facts?.setting]);
}
