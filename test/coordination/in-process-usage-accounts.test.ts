import { describe, expect, it } from "vitest";
import { InProcessUsageAccounts } from "../../src/coordination/in-process-usage-accounts.ts";
import type { AccountState } from "../../src/media/upload/usage-accounts.ts";

const ALICE = "@alice:example.org";
const BOB = "@bob:example.org";

const refuseAbove40 = ({ othersBytes }: AccountState) => (othersBytes > 40 ? othersBytes : undefined);

describe("A share of a user's account", () => {
  it("sees what the user's other shares hold, not its own bytes, nor those of another user", async () => {
    const accounts = new InProcessUsageAccounts();
    const [first, second, bobs] = [accounts.open(ALICE), accounts.open(ALICE), accounts.open(BOB)];
    const seen: AccountState[] = [];
    const note = (state: AccountState) => void seen.push(state);
    await first.growTo(60, note);
    await second.growTo(10, note);
    await first.growTo(70, note);
    await bobs.growTo(1, note);
    expect(seen.map(({ othersBytes }) => othersBytes)).toEqual([0, 60, 10, 0]);
  });

  it("takes nothing where it is refused, and answers with the refusal", async () => {
    const accounts = new InProcessUsageAccounts();
    const [first, second] = [accounts.open(ALICE), accounts.open(ALICE)];
    await first.growTo(60, () => undefined);
    expect(await first.growTo(80, () => "too much")).toBe("too much");
    expect(await second.growTo(0, ({ othersBytes }) => othersBytes)).toBe(60);
  });

  it("grows before another share of the user's is asked about, although both grow at once", async () => {
    const accounts = new InProcessUsageAccounts();
    const grown = [accounts.open(ALICE), accounts.open(ALICE)].map((share) => share.growTo(60, refuseAbove40));
    expect(await Promise.all(grown)).toEqual([undefined, 60]);
  });

  it("has what it held counted as settled once its row is committed, and as held until then", async () => {
    const accounts = new InProcessUsageAccounts();
    const [first, second] = [accounts.open(ALICE), accounts.open(ALICE)];
    const look = () => second.growTo(0, (state) => state);
    await first.growTo(60, () => undefined);
    const commit = Promise.withResolvers<void>();
    const settled = first.settleBy(commit.promise);
    expect(await look()).toEqual({ othersBytes: 60, settledBytes: 0 });
    commit.resolve();
    await settled;
    expect(await look()).toEqual({ othersBytes: 0, settledBytes: 60 });
  });

  it("reads again what it read while a row of the user was being committed", async () => {
    const accounts = new InProcessUsageAccounts();
    const [first, second] = [accounts.open(ALICE), accounts.open(ALICE)];
    await first.growTo(60, () => undefined);
    let reads = 0;
    const steady = await second.readSteadily(async () => {
      reads += 1;
      if (reads === 1) await first.settleBy(Promise.resolve());
      return `read ${reads}`;
    });
    expect(steady).toEqual({ value: "read 2", settledBytes: 60 });
  });

  it("keeps the account until the last share has ended, and each ends once", async () => {
    const accounts = new InProcessUsageAccounts();
    const [first, second, third] = [accounts.open(ALICE), accounts.open(ALICE), accounts.open(BOB)];
    first.release();
    first.release();
    await third.settleBy(Promise.resolve());
    expect(accounts.size).toBe(1);
    second.release();
    expect(accounts.size).toBe(0);
  });
});
