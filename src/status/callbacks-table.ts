import type { ChainStatus, SlotStatus } from "./service-status.ts";
import type { Cell, Column, Table } from "./table.ts";
import { formatCount, formatMicros } from "./words.ts";

const GOOD_COUNTS = ["asked", "continued", "stopped"] as const;
const BAD_COUNTS = ["failed", "late", "unavailable"] as const;
const COUNTS = [...GOOD_COUNTS, ...BAD_COUNTS];
const PERCENTILES = ["p50", "p95", "p99"] as const;

/** What each callback was asked and how long it took, by chain. */
export function listCallbacksTable(chains: readonly ChainStatus[], empty: string): Table {
  return {
    title: "Callbacks",
    isWide: true,
    columns: [
      { title: "module", kind: "text" },
      ...GOOD_COUNTS.map(columnOf("number")),
      ...BAD_COUNTS.map(columnOf("trouble")),
      ...PERCENTILES.map(columnOf("number")),
      { title: "last calls", kind: "trend" },
    ],
    groups: chains.map(({ callback, slots }) => ({ title: callback, rows: slots.map(describeSlot) })),
    empty,
  };
}

function columnOf(kind: Column["kind"]): (title: string) => Column {
  return (title) => ({ title, kind });
}

/** A module's name, with a mark where what it decides is only reported. */
export function nameWithMark(name: string, { isEnforced }: { readonly isEnforced: boolean }): string {
  return isEnforced ? name : `${name} (report only)`;
}

function describeSlot(slot: SlotStatus): Cell[] {
  const { module, micros, lastMicros } = slot;
  return [
    nameWithMark(module, slot),
    ...COUNTS.map((name) => formatCount(slot[name])),
    ...PERCENTILES.map((name) => (micros === null ? "" : formatMicros(micros[name]))),
    { trend: lastMicros },
  ];
}
