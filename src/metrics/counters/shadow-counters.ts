import { Counter, Gauge, type Registry } from "prom-client";
import type { Metrics, ShadowSigns } from "../metrics.ts";

const OUTCOMES = ["continue", "stop", "error", "timeout", "unavailable", "busy", "dropped"] as const;

/** What is counted about shadows of modules. */
export function countShadows(
  registers: Registry[],
): Pick<Metrics, "shadowConfigured" | "shadowAsked" | "watchShadows"> {
  const questions = new Counter({
    name: "media_bridge_shadow_questions_total",
    help: "Questions that were sampled for the shadow of a module, by what it said, or dropped",
    labelNames: ["module", "callback", "outcome"] as const,
    registers,
  });
  let read: (() => readonly ShadowSigns[]) | undefined;
  return {
    shadowConfigured(module, callbacks) {
      for (const callback of callbacks) for (const outcome of OUTCOMES) questions.inc({ module, callback, outcome }, 0);
    },
    shadowAsked: (callback, module, outcome) => questions.inc({ module, callback, outcome }),
    watchShadows(readNow) {
      if (read === undefined) watchShadows(() => read?.() ?? [], registers);
      read = readNow;
    },
  };
}

function watchShadows(read: () => readonly ShadowSigns[], registers: Registry[]): void {
  const gauge = (name: string, help: string, value: (signs: ShadowSigns) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["module"] as const,
      registers,
      collect() {
        this.reset();
        for (const signs of read()) this.set({ module: signs.module }, value(signs));
      },
    });
  gauge("media_bridge_shadow_up", "Whether the shadow of a module can be asked", ({ state }) =>
    Number(state === "running"),
  );
  gauge("media_bridge_shadow_share", "The share of calls about which a shadow is asked now", ({ share }) => share);
  gauge("media_bridge_shadow_waiting", "Questions that wait for a shadow", ({ waiting }) => waiting);
  gauge("media_bridge_shadow_restarts", "Restarts of a shadow since it was configured", ({ restarts }) => restarts);
  gauge(
    "media_bridge_shadow_cpu_seconds",
    "CPU that a shadow has used since it was configured",
    ({ cpuSeconds }) => cpuSeconds,
  );
  const heldBack: Gauge<"module" | "what"> = new Gauge({
    name: "media_bridge_shadow_held_back",
    help: "What the fence around a shadow held back since it was configured",
    labelNames: ["module", "what"] as const,
    registers,
    collect() {
      heldBack.reset();
      for (const { module, heldBack: counts } of read())
        for (const [what, count] of Object.entries(counts)) heldBack.set({ module, what }, count);
    },
  });
}
