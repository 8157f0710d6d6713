import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";

/**
 * Makes a command that root runs continue as the user of the service, who owns the data path: what it makes then
 * belongs to the service, and it has the service's permissions. Returns the user that it became; undefined where it did
 * not change.
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

/** Whether root runs the command and nothing tells who will own the data path, because it does not exist yet. */
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
