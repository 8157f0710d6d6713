import { expect, onTestFinished, test } from "vitest";
import type { Told } from "../../../src/callbacks/chain.ts";
import type { Slot } from "../../../src/callbacks/slots/slot.ts";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { DeletingStore } from "./deleting-store.ts";

test("A deletion that waits for a callback that was late has failed no time meanwhile", async () => {
  const clock = new TestClock(Date.now());
  const here = new DeletingStore(clock);
  onTestFinished(() => here.close());
  const module = { index: 0, name: "module", language: "typescript" } as const;
  const facts = {
    kind: "on_media_deleted",
    nth: 0,
    name: "deleted",
    file: null,
    isLate: false,
    takesSize: false,
  } as const;
  const slot: Slot = { ...facts, module, language: "typescript", call: () => undefined };
  const asked: string[] = [];
  const tell = async ({ args: [mediaId] }: { args: [string] }, mayAsk: (slot: Slot) => boolean): Promise<Told> => {
    if (!mayAsk(slot)) return { unheard: [], ended: [], late: [] };
    asked.push(mediaId);
    return { unheard: [], ended: [], late: asked.length === 1 ? [slot] : [] };
  };
  here.deletion.use({ chain: { tell } as unknown as typeof here.chain, copies: undefined });
  const ids = ["aaaaaa", "bbbbbb", "cccccc"];
  for (const mediaId of ids) await here.upload(mediaId, []);
  await here.deletion.delete(["aaaaaa"]);
  await here.deletion.idle();
  await here.deletion.delete(ids.slice(1));
  await here.deletion.idle();
  expect(asked).toEqual(["aaaaaa"]);
  const waiting = await here.stores.deletions.due("modules", Number.MAX_SAFE_INTEGER, 10);
  expect(waiting.map(({ mediaId, attempts }) => [mediaId, attempts])).toEqual([
    ["bbbbbb", 0],
    ["cccccc", 0],
  ]);
  while ((await here.stores.deletions.count()) > 0) {
    await clock.advance(10);
    await here.deletion.idle();
  }
  expect(asked).toEqual(ids);
});
