import { matrixError } from "../../errors.ts";
import type { CallerFacts, LeaveListener } from "./caller.ts";
import type { CallbackContext, CallbackRequester, UploadContext } from "./context.ts";
import { type CallbackKinds, KINDS, type KindName } from "../kinds.ts";
import { requestIdOf } from "../../util/http/request-ids.ts";

/** The context of one call of one callback. */
export class CallContext implements CallbackContext {
  readonly requestId: string | undefined;
  readonly requester: CallbackRequester | undefined;
  readonly upload: UploadContext | undefined;
  readonly #onLeave: LeaveListener | undefined;
  #abort: AbortController | undefined;
  #stopListening: (() => void) | undefined;
  #isOver = false;

  constructor({ request, requester, upload, sizeBytes, onLeave }: CallerFacts) {
    this.requestId = request === undefined ? undefined : requestIdOf(request);
    this.requester = requester;
    this.upload = upload && requester && { userId: requester.userId, ...upload, sizeBytes };
    this.#onLeave = onLeave;
    Object.freeze(this);
  }

  // Made on demand: most callbacks never ask for it.
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = (this.#abort = new AbortController());
      if (!this.#isOver) this.#stopListening = this.#onLeave?.(() => abort.abort(matrixError("CLIENT_LEFT")));
    }
    return this.#abort.signal;
  }

  /** The callback is past its deadline. */
  expire(reason: Error): void {
    this.#abort ??= new AbortController();
    this.#abort.abort(reason);
    this.close();
  }

  /** The callback is over: the client's leaving does not concern it any more. */
  close(): void {
    this.#isOver = true;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  /** The reason for which the signal was aborted, where that is what a callback rejected with; otherwise undefined. */
  reasonOf(thrown: unknown): unknown {
    const signal = this.#abort?.signal;
    if (signal?.aborted !== true) return undefined;
    const isReason = thrown === signal.reason || (thrown as Error | null | undefined)?.cause === signal.reason;
    return isReason ? signal.reason : undefined;
  }
}

/** The user whom a question names, where it names one. */
export function namedUser<K extends KindName>(kind: K, args: CallbackKinds[K]["args"]): string | undefined {
  return KINDS[kind].namesUser ? args[0] : undefined;
}
