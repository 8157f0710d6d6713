import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallbackChain } from "../../../src/callbacks/callback-chain.ts";
import { ModuleUnavailable } from "../../../src/callbacks/failure.ts";
import { CallbackRegistry } from "../../../src/callbacks/slots/registry.ts";
import type { PythonRunner, PythonSlot, PythonStep } from "../../../src/callbacks/slots/slot.ts";
import { DeletingStore } from "./deleting-store.ts";

const ENDED = new ModuleUnavailable("unavailable", "it ended", { hasChildEnded: true });

function slotOf(runner: PythonRunner, index: number, remote: number | undefined): PythonSlot {
  const module = { index, name: `module${index}`, language: "python" } as const;
  const facts = { module, nth: 0, name: "deleted", file: null, isLate: false, takesSize: false };
  return { ...facts, language: "python", kind: "on_media_deleted", remote, runner };
}

/** The chain of these callbacks, and what hears of each attempt to ask one. */
function chainOf(slots: readonly PythonSlot[], observe: () => void = () => undefined): CallbackChain {
  const registry = new CallbackRegistry();
  for (const slot of slots) registry.add(slot);
  const policy = { deadlineMs: 1_000, onUnavailable: "refuse" } as const;
  return new CallbackChain({
    registry,
    policies: new Proxy({} as ConstructorParameters<typeof CallbackChain>[0]["policies"], { get: () => policy }),
    observe,
    onLate: () => undefined,
    onUnenforced: () => undefined,
    isUserAdmin: () => Promise.resolve(false),
  });
}

/** A child whose first module some media end, and that is up again soon; it knows what else it is told then. */
class FragileChild implements PythonRunner {
  /** By the number of the module. */
  readonly told: string[][] = [[], []];
  /** What the first module was told, and what it did not hear to the end. */
  readonly attempts: string[] = [];
  /** How many of them there were before the second module was told of anything. */
  attemptsBefore: number | undefined;
  readonly #deadly: string;
  readonly #beside: number;
  readonly #downFor: number;
  #refused = 0;
  #waiting: (() => void)[] = [];

  /**
   * @param beside of how much media it is told at the same time, the first time, before it ends
   * @param downFor how often it cannot be asked after each end
   */
  constructor(deadly: string, beside: number, downFor = 0) {
    this.#deadly = deadly;
    this.#beside = beside;
    this.#downFor = downFor;
    this.#refused = downFor;
  }

  async run([step]: readonly PythonStep[]): Promise<unknown> {
    if (step === undefined) return [];
    this.#refused += 1;
    if (this.#refused <= this.#downFor) throw new Error("the Python child is restarting");
    const mediaId = step.args[0] as string;
    if (step.slots.includes(0)) await this.#tellFirst(mediaId);
    for (const slot of step.slots) this.told[slot]?.push(mediaId);
    if (step.slots.includes(1)) this.attemptsBefore ??= this.attempts.length;
    return [[null, null, step.slots.map(() => 1)]];
  }

  async #tellFirst(mediaId: string): Promise<void> {
    this.attempts.push(mediaId);
    const isFirst = this.attempts.length <= this.#beside;
    if (isFirst) await this.#meet();
    if (!isFirst && mediaId !== this.#deadly) return;
    this.#refused = 0;
    throw ENDED;
  }

  async #meet(): Promise<void> {
    const met = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.attempts.length === this.#beside) for (const go of this.#waiting) go();
    await met;
  }
}

describe("the telling of media that brings the Python child down", () => {
  let here: DeletingStore;
  beforeEach(() => {
    here = new DeletingStore();
  });
  afterEach(() => here.close());

  it("ends after a few attempts with it alone, is in the log, and takes no other media with it", async () => {
    const ids = ["deadly", "aaaaaa", "bbbbbb", "cccccc"];
    for (const mediaId of ids) await here.upload(mediaId);
    const child = new FragileChild("deadly", ids.length);
    here.deletion.use({ chain: chainOf([slotOf(child, 0, 0)]), copies: undefined });
    await here.deletion.delete(ids);
    const { facts } = await here.log.waitFor(
      ({ level, message }) => level === "error" && message.includes("ended each"),
    );
    expect(facts["mediaId"]).toBe("deadly");
    await here.emptied();
    expect(child.told[0]?.toSorted()).toEqual(["aaaaaa", "bbbbbb", "cccccc"]);
    expect(child.attempts.filter((mediaId) => mediaId === "deadly")).toHaveLength(6);
    expect(here.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it("blames no other module of the child, which is told", async () => {
    await here.upload("deadly");
    const child = new FragileChild("deadly", 0, 5);
    here.deletion.use({ chain: chainOf([slotOf(child, 0, 0), slotOf(child, 1, 1)]), copies: undefined });
    await here.deletion.delete(["deadly"]);
    await here.emptied();
    expect([child.attempts.length, child.told]).toEqual([6, [[], ["deadly"]]]);
    expect(child.attemptsBefore).toBeLessThanOrEqual(2);
    const errors = here.log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ facts }) => facts["callback"])).toEqual([expect.stringContaining("module0")]);
  });

  it.each([
    ["is down", new Error("the Python child is restarting")],
    ["is busy", new ModuleUnavailable("busy", "too many calls wait for it")],
    ["has not registered the callback again", undefined],
  ])("does not end where it was not told of it, since the child %s", async (_how, refusal) => {
    await here.upload("abcdef");
    const told: unknown[] = [];
    let attempts = 0;
    const run = async ([step]: readonly PythonStep[]) => {
      if (refusal !== undefined && attempts < 8) throw refusal;
      told.push(...(step?.args ?? []));
      return [[null, null, [1]]];
    };
    const slot = slotOf({ run }, 0, refusal === undefined ? undefined : 0);
    const count = () => {
      attempts += 1;
      if (attempts === 8) slot.remote = 0;
    };
    here.deletion.use({ chain: chainOf([slot], count), copies: undefined });
    await here.deletion.delete(["abcdef"]);
    await here.emptied();
    expect([told, attempts, here.log.lines.filter(({ level }) => level === "error")]).toEqual([["abcdef"], 9, []]);
  });
});
