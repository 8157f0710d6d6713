import { processCpuMs, threadCpuMs } from "../../util/threads/cpu-time.ts";

/** Milliseconds of CPU. */
export interface CpuUse {
  readonly threadMs: number;
  readonly processesMs: number;
}

/** The CPU that a thread and some processes use, from one look to the next. */
export class CpuMeter {
  readonly #before = new Map<string, number>();

  /** What was used since the last look; what is looked at for the first time has used nothing. */
  look(threadId: number | undefined, pids: readonly number[]): CpuUse {
    const thread = threadId === undefined ? 0 : this.#since(`thread ${threadId}`, threadCpuMs(threadId));
    const processes = pids.map((pid) => this.#since(`process ${pid}`, processCpuMs(pid)));
    return { threadMs: thread, processesMs: processes.reduce((sum, usedMs) => sum + usedMs, 0) };
  }

  #since(name: string, nowMs: number | undefined): number {
    if (nowMs === undefined) return 0;
    const usedMs = Math.max(0, nowMs - (this.#before.get(name) ?? nowMs));
    this.#before.set(name, nowMs);
    return usedMs;
  }
}
