import { z } from "zod";
import type { ChildMetrics } from "../../../metrics/module-metrics.ts";
import { addHeldBack, type HeldBackCounts, NOTHING_HELD_BACK } from "../../heard/held-back.ts";
import type { LeftOut } from "../../loading/left-out.ts";
import { joinStartErrors } from "../python-start-error.ts";
import type { PythonHost } from "../python-host.ts";

/**
 * All Python children. Whatever their number, modules are constructed one at a time, in the order of the configuration.
 */
export class PythonChildren {
  readonly all: readonly PythonHost[];
  /** By the index of a module or storage provider. */
  readonly #homes: ReadonlyMap<number, PythonHost>;

  constructor(children: readonly PythonHost[]) {
    this.all = children;
    this.#homes = new Map(children.flatMap((child) => child.indexes.map((index) => [index, child] as const)));
  }

  /**
   * Spawns all children, each of which imports its modules and parses their configurations. Rejects with a StartError,
   * once all have settled.
   */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.all.map((child) => child.start()));
    const failures = started.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    if (failures.length > 0) throw joinStartErrors(failures);
  }

  /** Constructs one module; what it registers goes to the end of the chains. Rejects with a StartError. */
  async construct(index: number): Promise<void> {
    await this.childOf(index)?.construct(index);
  }

  /** Tells the children that every module is constructed and the port is bound. */
  async markStarted(): Promise<void> {
    await Promise.all(this.all.map((child) => child.markStarted()));
  }

  /** The child of a module or storage provider. */
  childOf(index: number): PythonHost | undefined {
    return this.#homes.get(index);
  }

  /** The file of a module, absolute, where it has one. */
  fileOf(index: number): string | null {
    return this.childOf(index)?.fileOf(index) ?? null;
  }

  /** Callbacks of a module that this service accepts and never fires. */
  unfired(index: number): readonly string[] {
    return this.childOf(index)?.slots.unfired(index) ?? [];
  }

  /** What a module could register but does not. */
  leftOut(index: number): LeftOut {
    return this.childOf(index)?.slots.leftOut(index) ?? { registersNothing: true, unregistered: [] };
  }

  /** Which children cannot be asked, in words; undefined where all can. */
  get problem(): string | undefined {
    const down = this.all.filter(({ up }) => !up);
    if (down.length === 0) return undefined;
    if (this.all.length === 1) return down.map(({ state }) => `the Python child is ${state}`).join();
    return down.map(({ name, state }) => `the Python child ${name} is ${state}`).join("; ");
  }

  /** What modules count with `prometheus_client`, of every child that answers in time. */
  async metrics(): Promise<ChildMetrics[]> {
    const answers = await Promise.allSettled(this.all.map((child) => child.metrics()));
    return answers.flatMap((answer, index) => {
      if (answer.status === "rejected") return [];
      return [{ child: this.all.length === 1 ? undefined : this.all[index]?.name, text: answer.value }];
    });
  }

  /** What modules of a dry run were held back from since their children began; nothing where a child does not answer. */
  async heldBack(): Promise<HeldBackCounts> {
    const answers = await Promise.allSettled(this.all.map((child) => askHeldBack(child)));
    return answers.reduce(
      (sum, answer) => (answer.status === "rejected" ? sum : addHeldBack(sum, answer.value)),
      NOTHING_HELD_BACK,
    );
  }

  /** Lets runs in flight end within the grace, then ends all children and everything they started. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.all.map((child) => child.stop(graceMs)));
  }
}

const HeldBackSchema = z.object({ request: z.int(), write: z.int(), background: z.int(), media: z.int() });
/** The counts are worth no wait for a busy child. */
const HELD_BACK_MS = 1_000;

async function askHeldBack(child: PythonHost): Promise<Partial<HeldBackCounts>> {
  const answer = await child.request("held_back", null, { signal: AbortSignal.timeout(HELD_BACK_MS) });
  return HeldBackSchema.parse(answer);
}
