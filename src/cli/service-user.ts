import { existsSync, lstatSync, readFileSync, readlinkSync, statSync, type Stats } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Config } from "../config/config.ts";

/**
 * Makes a command that root runs continue as the user of the service, who owns the data path: what it makes then
 * belongs to the service, and it has the service's permissions. Returns the user that it became; undefined where it did
 * not change.
 */
export function becomeServiceUser({ mediaBridge: { dataPath } }: Config): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const folder = statSync(nearestFolder(dataPath));
  // Who can point a link elsewhere could have root work in a folder of root's, or run a Python that lies there.
  const { uid, gid } = folder.uid === 0 ? (linksOn(dataPath).find((link) => link.uid !== 0) ?? folder) : folder;
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

/** The symbolic links on the way to a path. Each is followed once: links in a circle lead to no folder. */
function linksOn(path: string, followed: ReadonlySet<string> = new Set()): Stats[] {
  for (const at of prefixes(path)) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() !== true) continue;
    if (followed.has(at)) return [];
    const target = join(resolve(dirname(at), readlinkSync(at)), relative(at, path));
    return [found, ...linksOn(target, new Set([...followed, at]))];
  }
  return [];
}

/** The folders above a path, the topmost first, and the path itself. */
function prefixes(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...prefixes(above), path];
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
