import { AsyncLocalStorage } from "node:async_hooks";

/** Made with the first TypeScript callback: a service without one pays nothing for it. */
let current: AsyncLocalStorage<number> | undefined;

/**
 * Runs code of a TypeScript module for a request: what the code logs, and all that it starts, carries the request's
 * number.
 */
export function runForRequest<T>(request: number | undefined, run: () => T): T {
  if (request === undefined) return run();
  current ??= new AsyncLocalStorage();
  return current.run(request, run);
}

/** The number of the request for which the running code of a TypeScript module was called; undefined outside of one. */
export function currentRequest(): number | undefined {
  return current?.getStore();
}
