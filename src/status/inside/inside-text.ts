import { formatTime } from "../../util/text/utc-time.ts";
import { listCallbacksTable } from "../callbacks-table.ts";
import { listShadowTable } from "../shadow-table.ts";
import { formatParts } from "../status-text.ts";
import type { Column, Table } from "../table.ts";
import { formatCount, formatDuration } from "../words.ts";
import type { InsideStatus, SynapseStatus } from "./inside-status.ts";

const NOT_CONNECTED = "No Synapse is connected.";

/** The status of `media-bridge callbacks` as lines of text, for a terminal. */
export function formatInsideStatus(status: InsideStatus): string {
  const { version, node, pid, takenTs, startedTs, synapses, modules, chains, shadows } = status;
  const isConnected = synapses.length > 0;
  const facts = [
    ["version", version],
    ["Node.js", node],
    ["up for", formatDuration(takenTs - startedTs)],
    ["process", String(pid)],
  ] as const;
  return formatParts(facts, [
    listSynapses(synapses),
    listCallbacksTable(chains, isConnected ? "No TypeScript module has registered a callback." : NOT_CONNECTED),
    {
      title: "Modules",
      isWide: false,
      columns: ["module", "language", "file"].map(text),
      groups: [{ rows: modules.map(({ name, language, file }) => [name, language, file ?? "(in Synapse)"]) }],
      empty: NOT_CONNECTED,
    },
    ...listShadowTable(shadows),
  ]);
}

function listSynapses(synapses: readonly SynapseStatus[]): Table {
  return {
    title: "Synapse processes",
    isWide: false,
    columns: [...["process", "state", "connected since"].map(text), { title: "questions under way", kind: "number" }],
    groups: [
      {
        rows: synapses.map(({ pid, state, connectedTs, underWay }) => {
          return [String(pid), state, formatTime(connectedTs), formatCount(underWay)];
        }),
      },
    ],
    empty: NOT_CONNECTED,
  };
}

function text(title: string): Column {
  return { title, kind: "text" };
}
