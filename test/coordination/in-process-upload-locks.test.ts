import { describe, expect, it } from "vitest";
import { InProcessUploadLocks } from "../../src/coordination/in-process-upload-locks.ts";

describe("claims of media ids", () => {
  it("are held by one at a time, each id for itself, until they are released", async () => {
    const claims = new InProcessUploadLocks();
    claims.open();
    expect(await Promise.all([claims.claim("one"), claims.claim("one"), claims.claim("other")])).toEqual([
      true,
      false,
      true,
    ]);
    claims.release("one");
    expect([await claims.claim("one"), await claims.claim("other")]).toEqual([true, false]);
  });

  it("wait until what an earlier process left is cleared", async () => {
    const claims = new InProcessUploadLocks();
    const events: string[] = [];
    const claimed = claims.claim("one").then((first) => events.push(`claimed ${first}`));
    await new Promise<void>((resolve) => void setImmediate(resolve));
    events.push("cleared");
    claims.open();
    await claimed;
    expect(events).toEqual(["cleared", "claimed true"]);
  });
});
