import type { Config, LoadedConfig } from "../../../config/config.ts";
import { askRunning } from "../../../control/ask-service.ts";
import type { JobDescription, RunDescription } from "../../../control/maintenance/job-description.ts";
import type { Maintenance } from "../../../control/maintenance/maintenance.ts";
import { createLogger } from "../../../util/log.ts";
import { openCommandLog } from "../../terminal/command-log.ts";
import { Progress } from "../../terminal/progress.ts";
import { formatJobs, formatRun } from "./job-text.ts";

/** How often the progress of a job is asked for. */
const LOOK_MS = 250;

/**
 * Runs a job, or lists the jobs where none is named: in the running service, or without one under the lease of this
 * process. Resolves to what is to be printed, and whether the job succeeded; rejects with a StartError.
 */
export async function maintain(
  { config }: LoadedConfig,
  job: string | undefined,
  { isTrial, json }: { readonly isTrial: boolean; readonly json: boolean },
): Promise<{ readonly text: string; readonly isGood: boolean }> {
  const running = runningMaintenance(config);
  const listed = await running.list();
  const progress = new Progress();
  const offline = listed === undefined ? await openOffline(config, json, progress) : undefined;
  try {
    const maintenance = offline ?? (running as Maintenance);
    if (job === undefined) {
      const jobs = listed ?? (await maintenance.list());
      return { text: json ? JSON.stringify(jobs, null, 2) : formatJobs(jobs, Date.now()), isGood: true };
    }
    const run = await withProgress(maintenance, job, isTrial, progress);
    const text = json ? JSON.stringify(run, null, 2) : formatRun(run, { isOffline: offline !== undefined });
    return { text, isGood: run.outcome === "succeeded" && run.failed === 0 };
  } finally {
    await offline?.close();
  }
}

/** The jobs of the running service; `list` resolves to undefined where none runs. */
function runningMaintenance(config: Config) {
  return {
    list: async () => (await askRunning(config, "jobs", null)) as readonly JobDescription[] | undefined,
    run: async (job: string, isTrial: boolean) =>
      (await askRunning(config, "maintain", { job, isTrial })) as RunDescription,
  };
}

/** With JSON, lines of the log would make the answer unreadable. */
async function openOffline(config: Config, json: boolean, progress: Progress) {
  const { openOfflineMaintenance } = await import("../../../server/commands/offline-maintenance.ts");
  const log = json ? createLogger("fatal") : await openCommandLog(config, progress);
  return openOfflineMaintenance(config, log);
}

/** Runs the job, and shows meanwhile how far it has come. */
async function withProgress(
  maintenance: Maintenance,
  job: string,
  isTrial: boolean,
  progress: Progress,
): Promise<RunDescription> {
  const show = async () => {
    const found = (await maintenance.list()).find(({ name }) => name === job);
    if (found?.isRunning) progress.step(`${job}: ${found.done} ${found.things}${isTrial ? " found" : ""}`);
  };
  // Where this fails, the run itself says what is wrong.
  const look = setInterval(() => void show().catch(() => undefined), LOOK_MS);
  try {
    return await maintenance.run(job, isTrial);
  } finally {
    clearInterval(look);
    progress.end();
  }
}
