import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";

/**
 * Has a command that root runs continue as the user of the service, whose the data path is: what it makes is the
 * service's then, and it is allowed what the service is. Answers whom it became; undefined where it stays who it was.
 */
export function becomeServiceUser({ mediaBridge: { dataPath } }: Config): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(nearestFolder(dataPath));
  if (uid === 0) return undefined;
  const group = primaryGroup(uid) ?? gid;
  process.initgroups?.(uid, group);
  process.setgid?.(group);
  process.setuid?.(uid);
  return uid;
}

/** Whether root asks and nothing tells whose the data path will be, as it is not there. */
export function isOwnerUnknown({ mediaBridge: { dataPath } }: Config): boolean {
  return process.getuid?.() === 0 && !existsSync(dataPath);
}

/** The path itself or the folder above it that is there. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function primaryGroup(uid: number): number | undefined {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n");
    const group = lines.map((line) => line.split(":")).find(([, , id]) => id === String(uid))?.[3];
    return group === undefined ? undefined : Number(group);
  } catch {
    return undefined;
  }
}
