import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Told } from "../../../src/callbacks/chain.ts";
import type { PythonSlot, Slot } from "../../../src/callbacks/slots/slot.ts";
import { DeletingStore } from "./deleting-store.ts";

/** A callback of a child that some media bring down, and that is up again at once; it knows what else it is told then. */
class FragileChild {
  readonly slot: PythonSlot = {
    kind: "on_media_deleted",
    language: "python",
    module: { index: 0, name: "fragile.Module", language: "python" },
    nth: 0,
    name: "deleted",
    file: null,
    isLate: false,
    takesSize: false,
    remote: 1,
    runner: { run: () => Promise.reject(new Error("it is not asked")) },
  };
  readonly told: string[] = [];
  readonly attempts: string[] = [];
  readonly #deadly: string;
  readonly #beside: number;
  #waiting: (() => void)[] = [];

  /** @param beside of how much media it is told at the same time, the first time, before it ends */
  constructor(deadly: string, beside: number) {
    this.#deadly = deadly;
    this.#beside = beside;
  }

  get chain(): DeletingStore["chain"] {
    return { tell: this.#tell.bind(this) } as unknown as DeletingStore["chain"];
  }

  async #tell({ args: [mediaId] }: { args: [string] }, mayAsk: (slot: Slot) => boolean): Promise<Told> {
    if (!mayAsk(this.slot)) return { unheard: [], ended: [], late: [] };
    this.attempts.push(mediaId);
    const isFirst = this.attempts.length <= this.#beside;
    if (isFirst) await this.#meet();
    if (isFirst || mediaId === this.#deadly) return { unheard: [], ended: [this.slot], late: [] };
    this.told.push(mediaId);
    return { unheard: [], ended: [], late: [] };
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
    here.deletion.use({ chain: child.chain, copies: undefined });
    await here.deletion.delete(ids);
    const { facts } = await here.log.waitFor(
      ({ level, message }) => level === "error" && message.includes("ended each"),
    );
    expect(facts["mediaId"]).toBe("deadly");
    await here.emptied();
    expect(child.told.toSorted()).toEqual(["aaaaaa", "bbbbbb", "cccccc"]);
    expect(child.attempts.filter((mediaId) => mediaId === "deadly")).toHaveLength(6);
    expect(here.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it.each(["down", "busy"] as const)(
    "does not end where it was not told of it, since the child was %s",
    async (how) => {
      await here.upload("abcdef");
      let attempts = 0;
      const slot = { ...new FragileChild("none", 0).slot, remote: how === "down" ? undefined : 1 };
      const tell = async (_: unknown, mayAsk: (slot: Slot) => boolean): Promise<Told> => {
        const told = { unheard: [], ended: [], late: [] };
        if (!mayAsk(slot)) return told;
        attempts += 1;
        return attempts > 8 ? told : { ...told, unheard: [slot] };
      };
      here.deletion.use({ chain: { tell }, copies: undefined });
      await here.deletion.delete(["abcdef"]);
      await here.emptied();
      expect([attempts, here.log.lines.filter(({ level }) => level === "error")]).toEqual([9, []]);
    },
  );
});
