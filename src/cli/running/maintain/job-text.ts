import type { JobDescription, RunDescription } from "../../../control/maintenance/job-description.ts";

/** The jobs for a terminal, one a paragraph. */
export function formatJobs(jobs: readonly JobDescription[], nowTs: number): string {
  return jobs
    .map(({ name, description, ...facts }) => `${name}: ${description}\n  ${describe(facts, nowTs)}`)
    .join("\n");
}

/** What a run came to, for a terminal. */
export function formatRun(run: RunDescription, { isOffline }: { readonly isOffline: boolean }): string {
  const { job, things, isTrial, outcome, done, failed, error } = run;
  const what = isTrial ? `${done} ${things} would be removed` : `${done} ${things} removed`;
  const lines = [`${job}: ${what}${failed > 0 ? `, ${failed} could not be: the log says why` : ""}`];
  if (outcome === "failed") lines.push(`it failed: ${error ?? "the log says why"}`);
  if (outcome === "interrupted") lines.push("it was interrupted: what is left is done by the next run");
  if (isOffline && !isTrial && done > 0 && job === "media_retention") {
    lines.push("no service runs: storage providers and modules are told when it starts");
  }
  return lines.join("\n");
}

function describe(facts: Omit<JobDescription, "name" | "description">, nowTs: number): string {
  const { missingKey, isRunning, done, failed, things, endedTs, nextTs, lastError } = facts;
  if (missingKey !== null) return `off: ${missingKey} is not configured`;
  const counts = `${done} ${things} removed${failed > 0 ? `, ${failed} could not be` : ""}`;
  if (isRunning) return `running: ${counts}`;
  const last = endedTs === null ? "has not run yet" : `last run ended ${new Date(endedTs).toISOString()}: ${counts}`;
  const error = lastError === null ? "" : `, failed: ${lastError}`;
  const next = nextTs === null ? "" : `; next run ${nextTs <= nowTs ? "is due" : new Date(nextTs).toISOString()}`;
  return `${last}${error}${next}`;
}
