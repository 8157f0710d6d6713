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
