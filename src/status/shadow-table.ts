import type { ShadowStatus } from "../shadow/run/shadow-status.ts";
import type { Table } from "./table.ts";
import { formatCount } from "./words.ts";

/** The shadows of modules; no table where there is none. */
export function listShadowTable(shadows: readonly ShadowStatus[]): Table[] {
  if (shadows.length === 0) return [];
  return [
    {
      title: "Shadows",
      isWide: true,
      columns: [
        { title: "module", kind: "text" },
        { title: "candidate", kind: "text" },
        { title: "state", kind: "text" },
        ...["asked of all calls", "decides for", "asked"].map((title) => ({ title, kind: "number" }) as const),
        { title: "dropped", kind: "trouble" },
        { title: "waiting", kind: "number" },
        { title: "restarts", kind: "trouble" },
        ...["held back", "CPU"].map((title) => ({ title, kind: "number" }) as const),
        { title: "problem", kind: "text" },
      ],
      groups: [{ rows: shadows.map(describe) }],
      empty: "",
    },
  ];
}

function describe(shadow: ShadowStatus): string[] {
  const heldBack = Object.values(shadow.heldBack).reduce((sum, count) => sum + count, 0);
  return [
    shadow.module,
    shadow.candidate,
    shadow.state,
    formatPercent(shadow.share),
    formatPercent(shadow.decide),
    ...[shadow.asked, shadow.dropped, shadow.waiting, shadow.restarts, heldBack].map(formatCount),
    `${shadow.cpuSeconds.toFixed(1)} s`,
    shadow.problem ?? "",
  ];
}

/** A share from 0 to 1, in percent with three digits at most. */
function formatPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}
