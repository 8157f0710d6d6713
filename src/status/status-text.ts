import type { ServiceStatus } from "./service-status.ts";
import type { Cell, Column, Table } from "./table.ts";
import { listFacts, listTables } from "./tables.ts";

/** The status as lines of text, for a terminal. */
export function formatStatus(status: ServiceStatus): string {
  const state = status.problem === null ? "every module can be asked" : `PROBLEM: ${status.problem}`;
  const banner = status.notEnforced.map((text) => `REPORT ONLY: ${plain(text)}`);
  return [...banner, formatParts([...listFacts(status), ["state", state]], listTables(status))].join("\n");
}

/** Facts, each with its name, and tables below them, for a terminal. */
export function formatParts(
  facts: readonly (readonly [name: string, value: string])[],
  tables: readonly Table[],
): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`);
  return [...lines, ...tables.flatMap((table) => ["", ...formatTable(table)])].join("\n");
}

/** A table as lines of text, for a terminal. */
export function formatTable({ title, columns, groups, empty }: Table): string[] {
  const shown = columns.flatMap((column, index) => (column.kind === "trend" ? [] : [{ column, index }]));
  const isGrouped = groups.some((group) => group.title !== undefined);
  const indent = isGrouped ? "    " : "  ";
  const rows = groups.map((group) => group.rows.map((row) => shown.map(({ index }) => plainCell(row[index]))));
  if (rows.every((group) => group.length === 0)) return [title, `  ${empty}`];
  const widths = shown.map(({ column }, place) =>
    Math.max(column.title.length, ...rows.flat().map((row) => row[place]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `${indent}${cells.map((cell, place) => align(cell, widths[place] ?? 0, shown[place]?.column)).join("  ")}`.trimEnd();
  return [
    title,
    line(shown.map(({ column }) => column.title)),
    ...groups.flatMap((group, place) => [
      ...(group.title === undefined ? [] : [`  ${group.title}`]),
      ...(rows[place] ?? []).map(line),
    ]),
  ];
}

function align(cell: string, width: number, column: Column | undefined): string {
  return column?.kind === "number" || column?.kind === "trouble" ? cell.padStart(width) : cell.padEnd(width);
}

function plainCell(cell: Cell | undefined): string {
  return typeof cell === "string" ? plain(cell) : "";
}

/** A module words some of it: a terminal gets none of its control characters. */
function plain(value: string): string {
  return value.replaceAll(/\p{C}/gu, "\u{fffd}");
}
