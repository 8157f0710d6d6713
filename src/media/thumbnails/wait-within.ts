import type { OnAbort } from "../download/upload-waiters.ts";

/**
 * Waits for a promise on behalf of a client. True once it has resolved, and rejects as it does; false where that takes
 * longer than `timeoutMs`, or the client leaves.
 */
export async function waitWithin(promise: Promise<unknown>, timeoutMs: number, whenGone: OnAbort): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
    stopListening = whenGone(() => resolve(false));
  });
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    clearTimeout(timer);
    stopListening?.();
  }
}
