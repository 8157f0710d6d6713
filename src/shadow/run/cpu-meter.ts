import { processCpuMs, threadCpuMs } from "./cpu-time.ts";

/** The CPU that a thread and some processes use, from one look to the next. */
export class CpuMeter {
  readonly #before = new Map<string, number>();

  /** Milliseconds used since the last look; what is looked at for the first time has used nothing. */
  look(threadId: number | undefined, pids: readonly number[]): number {
    const seen: [string, number | undefined][] = pids.map((pid) => [`process ${pid}`, processCpuMs(pid)]);
    if (threadId !== undefined) seen.push([`thread ${threadId}`, threadCpuMs(threadId)]);
    let usedMs = 0;
    for (const [name, nowMs] of seen) {
      if (nowMs === undefined) continue;
      usedMs += Math.max(0, nowMs - (this.#before.get(name) ?? nowMs));
      this.#before.set(name, nowMs);
    }
    return usedMs;
  }
}
