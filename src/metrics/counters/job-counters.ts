import { Counter, Gauge, type Registry } from "prom-client";
import type { Metrics } from "../metrics.ts";

/** What is counted about jobs and deletions. */
export function countJobs(
  registers: Registry[],
): Pick<Metrics, "jobConfigured" | "jobStarted" | "jobPiece" | "jobEnded" | "watchDeletions"> {
  const labelNames = ["job"] as const;
  const items = new Counter({
    name: "media_bridge_job_items_total",
    help: "Things that jobs removed, or could not remove",
    labelNames: ["job", "outcome"] as const,
    registers,
  });
  const runs = new Counter({
    name: "media_bridge_job_runs_total",
    help: "Runs of jobs, by what came of them",
    labelNames: ["job", "outcome"] as const,
    registers,
  });
  const running = new Gauge({
    name: "media_bridge_job_running",
    help: "Whether a job runs in this process",
    labelNames,
    registers,
  });
  const succeeded = new Gauge({
    name: "media_bridge_job_last_success_timestamp_seconds",
    help: "When a job last succeeded in this process; 0 where it has not since the start",
    labelNames,
    registers,
  });
  let readDeletions: (() => Promise<number>) | undefined;
  return {
    jobConfigured(job) {
      for (const outcome of ["done", "failed"]) items.inc({ job, outcome }, 0);
      for (const outcome of ["succeeded", "failed", "interrupted"]) runs.inc({ job, outcome }, 0);
      running.inc({ job }, 0);
      succeeded.inc({ job }, 0);
    },
    jobStarted: (job) => running.inc({ job }),
    jobPiece(job, { done, failed = 0 }) {
      items.inc({ job, outcome: "done" }, done);
      items.inc({ job, outcome: "failed" }, failed);
    },
    jobEnded(job, outcome) {
      running.dec({ job });
      runs.inc({ job, outcome });
      if (outcome === "succeeded") succeeded.setToCurrentTime({ job });
    },
    watchDeletions(read) {
      if (readDeletions === undefined) watchDeletions(async () => (await readDeletions?.()) ?? 0, registers);
      readDeletions = read;
    },
  };
}

function watchDeletions(read: () => Promise<number>, registers: Registry[]): void {
  const gauge: Gauge = new Gauge({
    name: "media_bridge_deletions_pending",
    help: "Deleted media of which something is still to be removed: files, or copies of storage providers",
    registers,
    async collect() {
      gauge.set(await read());
    },
  });
}
