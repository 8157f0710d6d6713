import { formatTime } from "../util/text/utc-time.ts";
import type { JobStatus } from "./service-status.ts";
import type { Table } from "./table.ts";
import { formatCount } from "./words.ts";

/** The jobs that have run or run now; no table where there is none. */
export function listJobsTable(jobs: readonly JobStatus[] | null): Table[] {
  if (jobs?.length === 0) return [];
  return [
    {
      title: "Jobs",
      isWide: false,
      columns: [
        { title: "job", kind: "text" },
        { title: "last run", kind: "text" },
        { title: "removed", kind: "number" },
        { title: "failed", kind: "trouble" },
        { title: "next run", kind: "text" },
        { title: "problem", kind: "text" },
      ],
      groups: [{ rows: (jobs ?? []).map(describe) }],
      empty: "Jobs cannot be read: the log says why.",
    },
  ];
}

function describe({ name, isRunning, endedTs, done, failed, lastError, nextTs }: JobStatus): string[] {
  const last = isRunning ? "runs now" : describeTime(endedTs);
  return [name, last, formatCount(done), formatCount(failed), describeTime(nextTs), lastError ?? ""];
}

function describeTime(ts: number | null): string {
  return ts === null ? "" : formatTime(ts);
}
