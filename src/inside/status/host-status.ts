import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { SlotRecord, TypeScriptSlot } from "../../callbacks/slots/slot.ts";
import type { InsideModuleStatus, InsideStatus, SynapseStatus } from "../../status/inside/inside-status.ts";
import type { ChainStatus } from "../../status/service-status.ts";
import { SlotTallies } from "../../status/slot-tallies.ts";
import { VERSION } from "../../version.ts";

/** What a connected Synapse is doing, as its session knows it. */
export interface ReportedSynapse {
  readonly status: SynapseStatus;
  readonly modules: readonly InsideModuleStatus[];
  readonly slots: readonly TypeScriptSlot[];
  readonly shadows: InsideStatus["shadows"];
}

const SHOWN_CALLS = 64;

/** How this process is doing, and what the callbacks of all Synapses of its socket came to. */
export class HostStatus {
  readonly #startedTs = Date.now();
  readonly #tallies = new SlotTallies();
  readonly #synapses = new Set<() => ReportedSynapse>();

  /** A callback was called. */
  count(record: SlotRecord): void {
    this.#tallies.count(record);
  }

  /** Adds a Synapse; answers what removes it. */
  add(report: () => ReportedSynapse): () => void {
    this.#synapses.add(report);
    return () => this.#synapses.delete(report);
  }

  read(): InsideStatus {
    const reports = [...this.#synapses].map((report) => report());
    // All have the same modules: what one has is what there is.
    const ready = reports.find(({ status }) => status.state === "ready") ?? reports[0];
    return {
      takenTs: Date.now(),
      startedTs: this.#startedTs,
      version: VERSION,
      node: process.versions.node,
      pid: process.pid,
      synapses: reports.map(({ status }) => status),
      modules: ready?.modules ?? [],
      chains: this.#listChains(ready?.slots ?? []),
      shadows: reports.find(({ shadows }) => shadows.length > 0)?.shadows ?? [],
    };
  }

  #listChains(all: readonly TypeScriptSlot[]): ChainStatus[] {
    return (Object.keys(KINDS) as KindName[]).flatMap((callback) => {
      const slots = all
        .filter(({ kind }) => kind === callback)
        .map((slot) => {
          const tally = this.#tallies.of(slot);
          const latencies = { micros: tally.latencies ?? null, lastMicros: tally.lastMicros(SHOWN_CALLS) };
          return { module: slot.module.name, isEnforced: true, ...tally.counts, ...latencies };
        });
      return slots.length === 0 ? [] : [{ callback, slots }];
    });
  }
}
