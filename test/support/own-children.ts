import { readdirSync, readFileSync } from "node:fs";

/** The processes that this process started, running or as zombies. */
export function childrenOfThis(): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return parent === String(process.pid);
    } catch {
      return false;
    }
  });
}
