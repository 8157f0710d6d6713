import { AsyncLocalStorage } from "node:async_hooks";

/** Made with the first call that listens: a service without one pays nothing for it. */
let listening: AsyncLocalStorage<string[]> | undefined;

/**
 * Runs `run`. Everything that {@link say} gets in the meantime, from it and from all that it started, is in `lines`.
 */
export function hearInto<T>(lines: string[], run: () => T): T {
  listening ??= new AsyncLocalStorage();
  return listening.run(lines, run);
}

/** Passes what a module logs to the listener of the callback that runs. */
export function say(level: string, message: string): void {
  listening?.getStore()?.push(`${level}: ${message}`);
}
