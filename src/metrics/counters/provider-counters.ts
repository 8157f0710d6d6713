import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Metrics, ProviderOutcome } from "../metrics.ts";
import { zeroOnce } from "../zero-once.ts";

/** The possible outcomes of each call. */
const OUTCOMES = {
  store: ["stored", "failed", "timeout", "unavailable"],
  fetch: ["found", "absent", "failed", "timeout"],
  delete: ["deleted", "absent", "failed", "timeout", "unavailable"],
} as const satisfies Record<string, readonly ProviderOutcome[]>;

/** What is counted about storage providers. */
export function countProviders(
  registers: Registry[],
): Pick<Metrics, "providerConfigured" | "providerAsked" | "watchPendingStores"> {
  const calls = new Counter({
    name: "media_bridge_storage_provider_calls_total",
    help: "Calls to storage providers, by what came of them",
    labelNames: ["provider", "call", "outcome"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "media_bridge_storage_provider_duration_seconds",
    help: "Time that storage providers took",
    labelNames: ["provider", "call"] as const,
    buckets: [0.01, 0.1, 1, 10, 60, 300],
    registers,
  });
  const zeroDuration = zeroOnce(durations);
  let readPending: (() => Promise<ReadonlyMap<string, number>>) | undefined;
  return {
    providerConfigured(provider) {
      for (const [call, outcomes] of Object.entries(OUTCOMES)) {
        for (const outcome of outcomes) calls.inc({ provider, call, outcome }, 0);
        zeroDuration({ provider, call });
      }
    },
    providerAsked(provider, call, outcome, micros) {
      calls.inc({ provider, call, outcome });
      durations.observe({ provider, call }, micros / 1e6);
    },
    watchPendingStores(read) {
      if (readPending === undefined) watchPendingStores(async () => (await readPending?.()) ?? new Map(), registers);
      readPending = read;
    },
  };
}

function watchPendingStores(read: () => Promise<ReadonlyMap<string, number>>, registers: Registry[]): void {
  const gauge: Gauge<"provider"> = new Gauge({
    name: "media_bridge_storage_provider_pending_files",
    help: "Files that a storage provider has still to store",
    labelNames: ["provider"] as const,
    registers,
    async collect() {
      const counts = await read();
      gauge.reset();
      for (const [provider, files] of counts) gauge.set({ provider }, files);
    },
  });
}
