import type { AnsweredListener } from "./walk-hearing.ts";

/** One listener that tells all of them, in their order; undefined where there is none, so that nothing is gathered. */
export function joinListeners(...listeners: readonly (AnsweredListener | undefined)[]): AnsweredListener | undefined {
  const present = listeners.filter((listener) => listener !== undefined);
  if (present.length < 2) return present[0];
  return (module, answered) => {
    for (const listener of present) listener(module, answered);
  };
}
