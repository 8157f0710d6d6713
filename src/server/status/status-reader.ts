import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { isReportOnly } from "../../callbacks/report-only/unenforced.ts";
import type { Config } from "../../config/config.ts";
import { isGuarding } from "../../config/is-guarding.ts";
import { hideUser, type RefusalStatus } from "../../status/refusal-status.ts";
import type { ChainStatus, JobStatus, QueueStatus, ServiceStatus } from "../../status/service-status.ts";
import type { SlotTallies } from "../../status/slot-tallies.ts";
import type { UploadCounts } from "../../status/upload-counts.ts";
import { SingleFlight } from "../../util/concurrency/single-flight.ts";
import { originalIndex } from "../../util/candidate-index.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import { VERSION } from "../../version.ts";
import { listNotEnforced } from "../modules/not-enforced.ts";
import type { Generation } from "../generation.ts";
import type { ProcessState } from "../process-state.ts";
import { DiskReader } from "./disk-reader.ts";

export interface StatusParts {
  readonly state: Pick<ProcessState, "clock" | "stores" | "refusals" | "tallies" | "thumbnailJobs" | "thumbnailer">;
  readonly uploads: UploadCounts;
  readonly generations: { readonly current: Generation; all(): readonly Generation[] };
}

/** What a database that is busy or gone may keep the status waiting for. */
const ROWS_MS = 1_000;
const SHOWN_REFUSALS = 50;
const SHOWN_CALLS = 64;

/** Reads how the service is doing, also where the database or a disk does not answer. */
export class StatusReader {
  readonly #parts: StatusParts;
  readonly #startedTs: number;
  readonly #disks = new DiskReader();
  readonly #refusals = new SingleFlight<RefusalStatus[]>();
  readonly #pending = new SingleFlight<ReadonlyMap<string, number>>();
  readonly #jobs = new SingleFlight<JobStatus[]>();

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#startedTs = parts.state.clock.now();
  }

  async read(): Promise<ServiceStatus> {
    const { state, uploads, generations } = this.#parts;
    const { config, modules } = generations.current;
    const mode = modeOf(config);
    const [refusals, waitingCopies, jobs, storage] = await Promise.all([
      orNull(this.#refusals.share("", () => this.#readRefusals())),
      orNull(this.#pending.share("", () => state.stores.copies.counts())),
      mode === "guard" ? [] : orNull(this.#jobs.share("", () => this.#readJobs())),
      this.#disks.read(config),
    ]);
    return {
      takenTs: state.clock.now(),
      startedTs: this.#startedTs,
      version: VERSION,
      node: process.versions.node,
      pid: process.pid,
      serverName: config.serverName,
      mode,
      problem: modules.python?.problem ?? null,
      notEnforced: listNotEnforced(config, modules),
      uploads: { ...uploads },
      modules: modules.modules.map(({ index, name, language, child }) => {
        return { name, language, child, isEnforced: config.modules[originalIndex(index)]?.isReportOnly !== true };
      }),
      chains: listChains(generations.current, state.tallies),
      queues: [
        ...listQueues(generations),
        ...(mode === "guard" ? [] : [thumbnailQueue(state)]),
        ...listCopies(generations.current, waitingCopies),
      ],
      children: (modules.python?.all ?? []).map(({ name, state: childState, restarts, inFlight, queued, refused }) => {
        return { name, state: childState, restarts, inFlight, queued, refused };
      }),
      shadows: generations.current.shadows.status(),
      jobs,
      storage,
      refusals,
    };
  }

  async #readJobs(): Promise<JobStatus[]> {
    const { stores, clock } = this.#parts.state;
    return (await stores.jobs.list()).map(({ name, leaseUntilTs = 0, endedTs, done, failed, lastError, nextTs }) => ({
      name,
      isRunning: leaseUntilTs > clock.now(),
      endedTs: endedTs ?? null,
      done,
      failed,
      lastError: lastError ?? null,
      nextTs: nextTs ?? null,
    }));
  }

  async #readRefusals(): Promise<RefusalStatus[]> {
    const { refusals, stores } = this.#parts.state;
    // Those of this moment wait to be written.
    await refusals.flush();
    return (await stores.refusals.last(SHOWN_REFUSALS)).map(hideUser);
  }
}

/** What cannot be had in time is left out: the status is wanted most while something is broken. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return (await within(reading, ROWS_MS)) ?? null;
  } catch {
    return null;
  }
}

function modeOf(config: Config): ServiceStatus["mode"] {
  if (isGuarding(config)) return "guard";
  return config.mediaBridge.upstream === undefined ? "repository" : "fallback";
}

function listChains({ modules }: Generation, tallies: SlotTallies): ChainStatus[] {
  return (Object.keys(KINDS) as KindName[]).flatMap((callback) => {
    const slots = modules.registry.slots(callback).map((slot) => {
      const tally = tallies.of(slot);
      const lastMicros = tally.lastMicros(SHOWN_CALLS);
      const latencies = { micros: tally.latencies ?? null, lastMicros };
      return { module: slot.module.name, isEnforced: !isReportOnly(slot), ...tally.counts, ...latencies };
    });
    return slots.length === 0 ? [] : [{ callback, slots }];
  });
}

function listQueues(generations: StatusParts["generations"]): QueueStatus[] {
  const { current } = generations;
  const underWay = generations.all().reduce((sum, generation) => sum + generation.underWay(), 0);
  const upstream = current.upstreamLoad();
  return [
    { name: "requests", underWay, waiting: null },
    ...(upstream === undefined ? [] : [{ name: "requests to Synapse", ...upstream }]),
    ...(current.modules.python?.all ?? []).map(({ name, inFlight, queued }) => {
      return { name: `calls to the Python child ${name}`, underWay: inFlight, waiting: queued };
    }),
  ];
}

function thumbnailQueue({ thumbnailJobs, thumbnailer }: StatusParts["state"]): QueueStatus {
  const { waiting } = thumbnailer;
  return { name: "thumbnails", underWay: Math.max(0, thumbnailJobs.size - waiting), waiting };
}

function listCopies({ modules }: Generation, counts: ReadonlyMap<string, number> | null): QueueStatus[] {
  const configured = modules.storageProviders.map(({ name }) => name);
  const names = new Set([...configured, ...(counts?.keys() ?? [])]);
  return [...names].map((name) => {
    return { name: `files for ${name}`, underWay: null, waiting: counts === null ? null : (counts.get(name) ?? 0) };
  });
}
