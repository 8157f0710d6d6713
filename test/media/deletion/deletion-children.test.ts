import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { DeletingStore } from "./deleting-store.ts";
import { ChainOfModules, ToldFolder } from "./loaded-modules.ts";

describe("the telling of deleted media to modules in a Python child", () => {
  let here: DeletingStore;
  let folder: ToldFolder;
  beforeEach(() => {
    here = new DeletingStore();
    folder = new ToldFolder();
  });
  afterEach(async () => {
    await here.close();
    folder.remove();
  });

  it("waits for as long as the child cannot be started, and blames no media for it", async () => {
    const modules = await load([folder.entry("module")]);
    await here.upload("abcdef");
    folder.break();
    await modules.killChild();
    here.deletion.use({ chain: modules.chain, copies: undefined });
    await here.deletion.delete(["abcdef"]);
    await modules.log.waitFor(({ message }) => message === "the child could not be started again");
    // A deletion that is given up leaves the journal.
    await Promise.race([modules.wasUnavailable(8), here.emptied()]);
    folder.mend();
    await here.emptied();
    expect([folder.told("module"), here.log.lines.filter(({ level }) => level === "error")]).toEqual([["abcdef"], []]);
  });
});

/** Modules that end with the test. */
async function load(modules: readonly object[]): Promise<ChainOfModules> {
  const loaded = await ChainOfModules.load(modules);
  onTestFinished(() => loaded.close());
  return loaded;
}
