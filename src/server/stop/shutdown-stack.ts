import type { Logger } from "../../util/log.ts";

/** One step of an end; `graceMs` is how long work under way may still take. */
export type CleanupStep = (graceMs: number) => Promise<unknown> | void;

/**
 * Ends what was started, in the reverse order, all within one grace period. A step that fails does not keep the others
 * from running.
 */
export class ShutdownStack {
  readonly #steps: CleanupStep[] = [];

  add(step: CleanupStep): void {
    this.#steps.unshift(step);
  }

  async run(log: Logger, graceMs = 0): Promise<void> {
    const untilMs = performance.now() + graceMs;
    for (const step of this.#steps.splice(0)) {
      try {
        await step(Math.max(0, untilMs - performance.now()));
      } catch (error) {
        log.error({ err: error }, "a part of the service could not be stopped in order");
      }
    }
  }
}
