const MAX_REASON = 1_024;
const CHANGES_NOTHING = new Set(["GET", "HEAD"]);

/** Holds back what the code of this thread sends with `fetch`, apart from what only reads. */
export function fenceFetch(onHeldBack: () => void): void {
  const real = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const method = (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
    if (CHANGES_NOTHING.has(method)) return real(input, init);
    onHeldBack();
    // As for a server that cannot be reached.
    throw new TypeError(`fetch: requests other than GET are held back in a shadow (${method})`);
  };
}

/** What the code of this thread prints goes nowhere: it may print without end. */
export function silencePrinting(): void {
  process.stdout.write = swallow;
  process.stderr.write = swallow;
}

/** A stream's `write` that writes nothing, and says so to who waits for it. */
function swallow(_chunk: unknown, ...rest: unknown[]): boolean {
  const done = rest.find((argument) => typeof argument === "function");
  if (done !== undefined) queueMicrotask(done as () => void);
  return true;
}

/**
 * Tells that the code of this thread ends it, by `process.exit` or by what it throws, in place of ending it: who keeps
 * the thread does, after its children.
 */
export function deferEnd(onEnded: (reason: string) => void): void {
  process.exit = () => {
    onEnded("its thread ended by itself");
    // Nothing of what follows is to run. The wait ends with the thread, or as what it runs is ended.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  process.on("uncaughtException", (error: unknown) => onEnded(describe(error)));
}

/** Anything may be thrown, and reading it may throw again. */
function describe(error: unknown): string {
  try {
    return String((error as { readonly message: unknown }).message).slice(0, MAX_REASON);
  } catch {
    return "it threw something that cannot be read";
  }
}
