import { formatTime } from "../util/text/utc-time.ts";
import { describeDecider } from "./decider.ts";
import type { ServiceStatus, SlotStatus } from "./service-status.ts";
import { listJobsTable } from "./jobs-table.ts";
import { listShadowTable } from "./shadow-table.ts";
import { formatCount, formatDuration, formatMicros, formatSize } from "./words.ts";

/** A text, or how something went, of which only the page has a picture. */
export type Cell = string | { readonly trend: readonly number[] };

export interface Column {
  readonly title: string;
  /** `trouble` is a number that should be 0. */
  readonly kind: "text" | "number" | "trouble" | "trend";
}

/** A part of the status: what the page and the terminal show, each in its way. */
export interface Table {
  readonly title: string;
  /** Whether it takes the page's whole width. */
  readonly isWide: boolean;
  readonly columns: readonly Column[];
  readonly groups: readonly { readonly title?: string; readonly rows: readonly (readonly Cell[])[] }[];
  /** In place of the rows, where there are none. */
  readonly empty: string;
}

const UNKNOWN = "unknown";
const GOOD_COUNTS = ["asked", "continued", "stopped"] as const;
const BAD_COUNTS = ["failed", "late", "unavailable"] as const;
const COUNTS = [...GOOD_COUNTS, ...BAD_COUNTS];
const PERCENTILES = ["p50", "p95", "p99"] as const;

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
    {
      title: "Callbacks",
      isWide: true,
      columns: [
        text("module"),
        ...GOOD_COUNTS.map(number),
        ...BAD_COUNTS.map(trouble),
        ...PERCENTILES.map(number),
        { title: "last calls", kind: "trend" },
      ],
      groups: chains.map(({ callback, slots }) => ({ title: callback, rows: slots.map(describeSlot) })),
      empty: "No module registers a callback.",
    },
    {
      title: "Modules",
      isWide: false,
      columns: [text("module"), text("language"), text("Python child")],
      groups: [{ rows: modules.map((module) => [nameOf(module.name, module), module.language, module.child ?? ""]) }],
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

function describeSlot(slot: SlotStatus): Cell[] {
  const { module, micros, lastMicros } = slot;
  return [
    nameOf(module, slot),
    ...COUNTS.map((name) => formatCount(slot[name])),
    ...PERCENTILES.map((name) => (micros === null ? "" : formatMicros(micros[name]))),
    { trend: lastMicros },
  ];
}

/** A module's name, with a mark where what it decides is only reported. */
function nameOf(name: string, { isEnforced }: { readonly isEnforced: boolean }): string {
  return isEnforced ? name : `${name} (report only)`;
}

function orNothing(count: number | null): string {
  return count === null ? "" : formatCount(count);
}

function text(title: string): Column {
  return { title, kind: "text" };
}

function trouble(title: string): Column {
  return { title, kind: "trouble" };
}

function number(title: string): Column {
  return { title, kind: "number" };
}
