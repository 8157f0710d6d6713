import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Told } from "../../../src/callbacks/chain.ts";
import { ChainOfModules, ToldFolder } from "../../media/deletion/loaded-modules.ts";

describe("the telling of what every callback is to hear in the end", () => {
  let folder: ToldFolder;
  let modules: ChainOfModules;
  beforeEach(async () => {
    folder = new ToldFolder();
    modules = await ChainOfModules.load([folder.entry("deadly", ["abcdef"]), folder.entry("other")]);
  });
  afterEach(async () => {
    await modules.close();
    folder.remove();
  });

  const tell = async (mediaId: string): Promise<Told> =>
    modules.chain.tell({ kind: "on_media_deleted", args: [mediaId] }, () => true);

  it("says which callbacks did not hear it, and which may be why their child ended", async () => {
    const slots = modules.registry.slots("on_media_deleted");
    expect(await tell("bcdefg")).toEqual({ unheard: [], ended: [], late: [] });
    // Half a character cannot be sent.
    expect(await tell("\ud800")).toEqual({ unheard: slots, ended: [], late: [] });
    folder.break();
    expect(await tell("abcdef")).toEqual({ unheard: [], ended: slots, late: [] });
    expect(await tell("bcdefg")).toEqual({ unheard: slots, ended: [], late: [] });
    await modules.log.waitFor(({ message }) => message === "the child could not be started again");
    expect(await tell("bcdefg")).toEqual({ unheard: slots, ended: [], late: [] });
    expect([folder.told("deadly"), folder.told("other")]).toEqual([["bcdefg", "abcdef"], ["bcdefg"]]);
  });

  it("says that a callback whose place is reserved did not hear it", async () => {
    const [first] = modules.registry.slots("on_media_deleted");
    if (first === undefined) throw new Error("there is no callback");
    modules.registry.keep({ ...first, nth: 1 });
    const [, , placeholder] = modules.registry.slots("on_media_deleted");
    expect(await tell("bcdefg")).toEqual({ unheard: [placeholder], ended: [], late: [] });
  });
});
