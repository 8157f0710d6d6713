import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that listens on an address. */
export interface PortHolder {
  readonly pid: number;
  /** Its name as the system knows it. */
  readonly name: string;
}

/** The state `LISTEN` in Linux's table of connections. */
const LISTENS = "0A";

/**
 * Who listens on a TCP port; undefined where that is not known: on another system than Linux, and for a process of
 * another user unless root asks.
 */
export function findPortHolder(port: number): PortHolder | undefined {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return undefined;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || !openFiles(pid).some((file) => sockets.has(file))) continue;
    return { pid: Number(pid), name: readText(`/proc/${pid}/comm`).trim() };
  }
  return undefined;
}

/** As their descriptors are named: `socket:[inode]`. */
function listeningSockets(table: string, port: number): string[] {
  return readText(table)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === LISTENS && Number.parseInt(local.split(":")[1] ?? "", 16) === port)
    .map((columns) => `socket:[${columns[9]}]`);
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => readLink(`/proc/${pid}/fd/${descriptor}`));
  } catch {
    // It has ended, or is another user's.
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
