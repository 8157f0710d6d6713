import type { Logger } from "../util/log.ts";

/** Ends what was started, in the reverse order; a step that fails does not keep the others from being made. */
export class Cleanup {
  private readonly steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.steps.unshift(step);
  }

  async run(log: Logger): Promise<void> {
    for (const step of this.steps.splice(0)) {
      try {
        await step();
      } catch (error) {
        log.error({ err: error }, "a part of the service could not be ended in order");
      }
    }
  }
}
