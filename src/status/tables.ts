import { formatTime } from "../util/text/utc-time.ts";
import { describeDecider } from "./decider.ts";
import { listCallbacksTable, nameWithMark } from "./callbacks-table.ts";
import type { ServiceStatus } from "./service-status.ts";
import { listJobsTable } from "./jobs-table.ts";
import { listShadowTable } from "./shadow-table.ts";
import type { Column, Table } from "./table.ts";
import { formatCount, formatDuration, formatSize } from "./words.ts";

const UNKNOWN = "unknown";

/** The facts above all tables: names and values. */
export function listFacts(status: ServiceStatus): [name: string, value: string][] {
  const { version, node, pid, serverName, mode, takenTs, startedTs, uploads } = status;
  return [
    ["server", serverName],
    ["mode", mode],
    ["version", version],
    ["Node.js", node],
    ["up for", formatDuration(takenTs - startedTs)],
    ["process", String(pid)],
    ["uploads stored", `${formatCount(uploads.stored)} (${formatSize(uploads.storedBytes)})`],
    ["uploads refused", formatCount(uploads.refused)],
    ...wouldBeRefused(status),
  ];
}

/** Shown where something is not enforced, or was: a reload may have changed it. */
function wouldBeRefused({ uploads, notEnforced }: ServiceStatus): [name: string, value: string][] {
  if (notEnforced.length === 0 && uploads.wouldBeRefused === 0) return [];
  return [["uploads that would be refused", formatCount(uploads.wouldBeRefused)]];
}

/** Everything else. */
export function listTables(status: ServiceStatus): Table[] {
  const { modules, chains, children, shadows, queues, jobs, storage, refusals } = status;
  return [
    listCallbacksTable(chains, "No module registers a callback."),
    {
      title: "Modules",
      isWide: false,
      columns: [text("module"), text("language"), text("Python child")],
      groups: [
        { rows: modules.map((module) => [nameWithMark(module.name, module), module.language, module.child ?? ""]) },
      ],
      empty: "No module is configured.",
    },
    {
      title: "Python children",
      isWide: false,
      columns: [text("child"), text("state"), ...["restarts", "in flight", "queued", "refused"].map(number)],
      groups: [
        {
          rows: children.map(({ name, state, restarts, inFlight, queued, refused }) => [
            name,
            state,
            ...[restarts, inFlight, queued, refused].map(formatCount),
          ]),
        },
      ],
      empty: "No Python module is configured, so there is no child.",
    },
    ...listShadowTable(shadows),
    {
      title: "Queues",
      isWide: false,
      columns: [text("queue"), number("under way"), number("waiting")],
      groups: [{ rows: queues.map(({ name, underWay, waiting }) => [name, orNothing(underWay), orNothing(waiting)]) }],
      empty: "",
    },
    ...listJobsTable(jobs),
    {
      title: "Storage",
      isWide: false,
      columns: [text("what"), number("size"), number("free on its disk"), number("of")],
      groups: [
        {
          rows: storage.map(({ name, usedBytes, freeBytes, totalBytes }) => [
            name,
            usedBytes === null ? "" : formatSize(usedBytes),
            freeBytes === null ? UNKNOWN : formatSize(freeBytes),
            totalBytes === null ? UNKNOWN : formatSize(totalBytes),
          ]),
        },
      ],
      empty: "",
    },
    {
      title: "Last refusals",
      isWide: true,
      columns: [text("time"), text("user"), number("size"), text("decided by"), number("status"), text("code")],
      groups: [
        {
          rows: (refusals ?? []).map((refusal) => [
            formatTime(refusal.refusedTs),
            refusal.user ?? UNKNOWN,
            formatSize(refusal.sizeBytes),
            describeDecider(refusal),
            refusal.isEnforced ? String(refusal.status) : `would be ${refusal.status}`,
            refusal.code ?? refusal.errcode ?? "",
          ]),
        },
      ],
      empty: refusals === null ? "Refusals cannot be read: the log says why." : "No refused upload is known.",
    },
  ];
}

function orNothing(count: number | null): string {
  return count === null ? "" : formatCount(count);
}

function text(title: string): Column {
  return { title, kind: "text" };
}

function number(title: string): Column {
  return { title, kind: "number" };
}
