import { setTimeout as wait } from "node:timers/promises";
import { createFolder, removeFolder, USERS, writeFaultConfig } from "../support/folder.ts";
import { childrenOf, findOrphans, lookAtProcess, marked } from "../support/processes.ts";
import { findFreePort } from "../../test/support/free-port.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { type FaultyService, startFaultyService } from "../support/service.ts";
import { CONFIG, isAllowed, type Language, WRONGS, writeShadowed } from "./candidates.ts";

const SHORT_REQUESTS = 1_500;
const LONG_REQUESTS = 100_000;
const CONNECTIONS = 16;
/** A shadow whose load used much of its budget is asked once a tenth of a core has made up for it. */
const MAX_WAIT_MS = 120_000;
const MAX_WAITING = 1_000;
/** The service with six threads, one of which may fill its heap and as much besides. */
const MAX_SERVICE_KB = 1_400_000;
/** What a Python child may take before it is ended, and what it takes until that is seen. */
const MAX_CHILD_KB = 800_000;

interface Shadow {
  readonly candidate: string;
  readonly state: string;
  readonly waiting: number;
  readonly asked: number;
  readonly dropped: number;
  readonly restarts: number;
  readonly cpuSeconds: number;
}

/**
 * Modules of each language with shadows of the other one that do everything wrong, under far more requests than their
 * budget allows: every answer is the one that the modules give alone, and queues and memory are bounded.
 */
export async function runShadow({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const total = { passed: 0, failed: 0 };
  for (const language of ["python", "typescript"] as const) {
    const wrong: string[] = [];
    const passed = await runLanguage(language, short ? SHORT_REQUESTS : LONG_REQUESTS, createRandom(seed), {
      wrong: (text) => wrong.push(text),
      note,
    });
    for (const text of wrong.slice(0, 10)) note(`wrong: ${text}`);
    total.passed += passed;
    total.failed += wrong.length;
  }
  return total;
}

interface Reporter {
  readonly wrong: (text: string) => void;
  readonly note: (text: string) => void;
}

async function runLanguage(
  language: Language,
  requests: number,
  random: () => number,
  report: Reporter,
): Promise<number> {
  const folder = createFolder();
  const port = await findFreePort();
  const mark = `shadow-${language}-${process.pid}`;
  const config = writeFaultConfig(folder, {
    config: { modules: writeShadowed(folder, language) },
    mediaBridge: {
      metrics: { host: "127.0.0.1", port },
      callbacks: { is_user_allowed_to_upload_media_of_size: { deadline: "2s" } },
    },
  });
  const service = await startFaultyService(config, marked(mark), () => undefined);
  const watch = new Watch(service.pid, `http://127.0.0.1:${port}/status.json`);
  try {
    await watch.untilLoaded();
    const startedMs = performance.now();
    const watching = watch.run();
    let left = requests;
    let passed = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while ((left -= 1) >= 0) {
          const problem = await ask(service, random);
          if (problem === undefined) passed += 1;
          else report.wrong(`${language}: ${problem}`);
        }
      }),
    );
    const seconds = (performance.now() - startedMs) / 1000;
    watch.stop();
    await watching;
    await watch.untilAllAsked();
    for (const text of watch.problems) report.wrong(`${language}: ${text}`);
    report.note(`${language} modules: ${requests} requests in ${seconds.toFixed(0)} s; ${watch.describe()}`);
    return passed;
  } finally {
    watch.stop();
    await service.end("SIGTERM");
    const orphans = await findOrphans(mark);
    if (orphans.length > 0) report.wrong(`left behind: ${orphans.join(", ")}`);
    removeFolder(folder);
  }
}

/** One request; what is wrong with its answer, undefined where it is right. */
async function ask(service: FaultyService, random: () => number): Promise<string | undefined> {
  const as = USERS[Math.floor(random() * USERS.length)] ?? "alice";
  if (random() < 0.5) {
    const response = await service.request("/_matrix/client/v1/media/config", { as });
    const text = await response.text();
    return text === JSON.stringify(CONFIG) ? undefined : `the media configuration is ${response.status} ${text}`;
  }
  const size = 1 + Math.floor(random() * 1_000);
  const response = await service.request("/_matrix/media/v3/upload", { method: "POST", body: "x".repeat(size), as });
  const text = await response.text();
  const isRight = isAllowed(size) ? response.status === 200 : response.status === 413;
  return isRight ? undefined : `an upload of ${size} bytes is answered ${response.status} ${text}`;
}

/** Looks at the service again and again. */
class Watch {
  readonly problems: string[] = [];
  readonly #pid: number;
  readonly #url: string;
  #shadows: Shadow[] = [];
  #mostServiceKb = 0;
  #mostChildKb = 0;
  #mostWaiting = 0;
  #isOver = false;

  constructor(pid: number, url: string) {
    this.#pid = pid;
    this.#url = url;
  }

  async untilLoaded(): Promise<void> {
    // The state of a shadow is nothing that another process can wait for.
    while (this.#shadows.length === 0 || this.#shadows.some(({ state }) => state === "loading")) {
      await wait(100);
      await this.#look();
    }
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#look();
      await wait(200);
    }
    const expected: readonly [string, number, number][] = [
      ["kB of the service", this.#mostServiceKb, MAX_SERVICE_KB],
      ["kB of a child", this.#mostChildKb, MAX_CHILD_KB],
      ["questions waiting", this.#mostWaiting, MAX_WAITING],
    ];
    for (const [what, most, limit] of expected) if (most > limit) this.problems.push(`${most} ${what}, over ${limit}`);
    if (this.#shadows.length !== Object.keys(WRONGS).length) this.problems.push("not every shadow is there");
  }

  /** A shadow that nothing was asked of shows nothing. Its questions may have to wait for its budget. */
  async untilAllAsked(): Promise<void> {
    const deadlineMs = performance.now() + MAX_WAIT_MS;
    while (this.#shadows.some(isUnasked) && performance.now() < deadlineMs) {
      await wait(200);
      await this.#look();
    }
    for (const { candidate } of this.#shadows.filter(isUnasked))
      this.problems.push(`the shadow ${candidate} was never asked`);
  }

  stop(): void {
    this.#isOver = true;
  }

  describe(): string {
    const lines = this.#shadows.map(({ asked, dropped, restarts, cpuSeconds }, position) => {
      const name = Object.keys(WRONGS)[position] ?? "";
      return `${name}: ${asked} asked, ${dropped} dropped, ${restarts} restarts, ${cpuSeconds.toFixed(1)} s of CPU`;
    });
    const most = `at most ${this.#mostServiceKb} kB in the service, ${this.#mostChildKb} in a child, ${this.#mostWaiting} waiting`;
    return [most, ...lines].join("; ");
  }

  async #look(): Promise<void> {
    const { shadows } = (await (await fetch(this.#url)).json()) as { shadows: Shadow[] };
    this.#shadows = shadows;
    this.#mostWaiting = Math.max(this.#mostWaiting, ...shadows.map(({ waiting }) => waiting));
    this.#mostServiceKb = Math.max(this.#mostServiceKb, lookAtProcess(this.#pid).kilobytes);
    for (const pid of childrenOf(this.#pid)) this.#mostChildKb = Math.max(this.#mostChildKb, memoryOf(pid));
  }
}

function isUnasked({ asked, dropped }: Shadow): boolean {
  return asked + dropped === 0;
}

/** 0 for a process that has just ended. */
function memoryOf(pid: number): number {
  try {
    return lookAtProcess(pid).kilobytes || 0;
  } catch {
    return 0;
  }
}
