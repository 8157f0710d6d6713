import type { MediaUploadLimit } from "../limit.ts";
import type { Slot } from "../slots/slot.ts";
import type { Unenforced } from "../report-only/unenforced.ts";
import type { CallbackRequester, UploadContext } from "./context.ts";

/** Listens for the client's leaving; answers what ends the listening. */
export type LeaveListener = (gone: () => void) => () => void;

/** What is known of a user who makes a request, without another question. */
export interface KnownRequester {
  readonly userId: string;
  readonly guest?: boolean | undefined;
  readonly admin?: boolean | undefined;
  readonly appservice?: boolean | undefined;
}

/** For what a chain is asked, as far as it is known. */
export interface CallerFacts {
  /** The number of the HTTP request: for the log, here and in the child. */
  readonly request?: number | undefined;
  readonly requester?: CallbackRequester | undefined;
  readonly upload?: Omit<UploadContext, "userId" | "sizeBytes"> | undefined;
  /** The size of the upload's body, once all of it has arrived. */
  readonly sizeBytes?: number | undefined;
  readonly onLeave?: LeaveListener | undefined;
  /** Hears what is not enforced for the request; answers false where the same was reported for it before. */
  readonly onUnenforced?: ((unenforced: Unenforced) => boolean) | undefined;
  /** Takes limits that are not enforced, which the one who asks for limits has to compare with the user's usage. */
  readonly onUnenforcedLimits?: ((slot: Slot, limits: readonly MediaUploadLimit[]) => void) | undefined;
}

/** As {@link CallerFacts}, with the user as an authenticator names them. */
export interface NewFacts extends Omit<CallerFacts, "requester"> {
  readonly requester?: KnownRequester | undefined;
}

/** Asks the homeserver whether a user administers it. */
export type AdminQuestion = (userId: string) => Promise<boolean>;

/** The user of a request, as callbacks are told of them: one object for all callbacks of the request. */
export function createRequester(
  { userId, guest, admin, appservice }: KnownRequester,
  ask: AdminQuestion,
): CallbackRequester {
  let asked: Promise<boolean> | undefined;
  return Object.freeze({
    userId,
    isGuest: guest,
    isAppservice: appservice,
    isAdmin: () => (asked ??= admin === undefined ? ask(userId) : Promise.resolve(admin)),
  });
}
