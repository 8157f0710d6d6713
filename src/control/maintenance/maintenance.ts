import { z } from "zod";
import { StartError } from "../../errors.ts";
import type { JobSchedule } from "../../jobs/schedule.ts";
import { describeJob, describeRun, type JobDescription, type RunDescription } from "./job-description.ts";

/** What `maintain` sends over the control socket. */
export const MaintainParamsSchema = z.strictObject({ job: z.string(), isTrial: z.boolean() });

/** Jobs that an operator can look at and run. */
export interface Maintenance {
  list(): Promise<readonly JobDescription[]>;
  /** Runs a job now. Rejects with a StartError. */
  run(job: string, isTrial: boolean): Promise<RunDescription>;
}

/** The jobs of a schedule, for commands; undefined where a Synapse keeps the media: then each question is refused. */
export function maintenanceOf(schedule: Pick<JobSchedule, "list" | "runNow"> | undefined): Maintenance {
  if (schedule === undefined) return { list: refuse, run: refuse };
  return {
    async list() {
      const nowTs = Date.now();
      return (await schedule.list()).map((status) => describeJob(status, nowTs));
    },
    async run(name, isTrial) {
      const { job, report } = await schedule.runNow(name, isTrial);
      return describeRun(job, report, isTrial);
    },
  };
}

function refuse(): Promise<never> {
  return Promise.reject(
    new StartError("CONFIG", "in guard mode Synapse keeps the media and runs its own jobs; this service has none"),
  );
}
