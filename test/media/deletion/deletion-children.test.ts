import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { fileAppears, fileChanges } from "../../support/providers.ts";
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

  it("reaches a module behind the one that ends the child each time", async () => {
    const modules = await load([folder.entry("deadly", ["abcdef"]), folder.entry("behind")]);
    await here.upload("abcdef");
    here.deletion.use({ chain: modules.chain, copies: undefined });
    await here.deletion.delete(["abcdef"]);
    await fileChanges(join(folder.path, "told"), () => folder.told("behind").length > 0);
    expect(await here.stores.deletions.count()).toBe(1);
  });

  it("reaches all who have not heard of it where a reload gives modules other places", async () => {
    const heard = join(folder.path, "typescript-abcdef");
    const typescript = { typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder: folder.path } };
    const former = await load([typescript, folder.entry("module")]);
    await here.upload("abcdef");
    folder.break();
    await former.killChild();
    const release = here.deletion.use({ chain: former.chain, copies: undefined });
    await here.deletion.delete(["abcdef"]);
    await fileAppears(heard);
    await former.wasUnavailable(1);
    await release(10_000);
    folder.mend();
    const next = await load([folder.entry("module"), typescript]);
    here.deletion.use({ chain: next.chain, copies: undefined });
    here.deletion.wake();
    await here.emptied();
    expect(folder.told("module")).toEqual(["abcdef"]);
  });
});

/** Modules that end with the test. */
async function load(modules: readonly object[]): Promise<ChainOfModules> {
  const loaded = await ChainOfModules.load(modules);
  onTestFinished(() => loaded.close());
  return loaded;
}
