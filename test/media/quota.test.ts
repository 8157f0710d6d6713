import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MediaUploadLimit } from "../../src/callbacks/limit.ts";
import type { MediaStores, UsageSums } from "../../src/media/stores.ts";
import { InProcessUsageAccounts } from "../../src/coordination/in-process-usage-accounts.ts";
import { QuotaLedger, type Breach, type Reservation } from "../../src/media/upload/quota.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../src/util/log.ts";
import { newMedia } from "../contract/media-rows.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { Model, sum } from "./ledger-model.ts";

const USER = "@alice:example.org";

type Action =
  | { readonly do: "open" | "settle" | "release"; readonly holder: number }
  | { readonly do: "grow"; readonly holder: number; readonly bytes: number }
  | { readonly do: "wait"; readonly ms: number };

const holder = fc.nat(3);
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom("open" as const, "settle" as const, "release" as const), holder }),
  fc.record({ do: fc.constant("grow" as const), holder, bytes: fc.nat(60) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(50) }),
);
const anyLimit = fc.record({
  maxBytes: fc.oneof(fc.nat(200), fc.nat(200).map(BigInt)),
  timePeriodMs: fc.constantFrom(10, 50, 50.5, 1000, 10n ** 20n),
});

describe("the quota ledger", () => {
  it("agrees with a plain model whatever the order of opening, growing, settling and releasing", async () => {
    await withStores((stores, nextUser) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(anyLimit, { maxLength: 3 }),
          fc.array(anyAction, { maxLength: 40 }),
          async (limits, actions) => {
            const { breaches, expected } = await play(stores, nextUser(), limits, actions);
            expect(breaches).toEqual(expected);
          },
        ),
        { numRuns: 150 },
      ),
    );
  });

  it("never lets uploads side by side pass a limit together, and refuses none that would have fitted", async () => {
    await withStores((stores, nextUser) =>
      fc.assert(
        fc.asyncProperty(
          fc.nat(500),
          fc.array(fc.nat(120), { minLength: 1, maxLength: 20 }),
          async (maxBytes, sizes) => {
            const userId = nextUser();
            const ledger = openLedger(stores.usage);
            const limits = [{ maxBytes, timePeriodMs: 3_600_000 }];
            const stored = await Promise.all(sizes.map((bytes) => upload(ledger, stores, userId, limits, bytes)));
            const total = sum(sizes.filter((_bytes, index) => stored[index]));
            expect(total).toBeLessThanOrEqual(maxBytes);
            expect(await stores.usage.uploadedBytes(userId, [0])).toEqual([total]);
            const refused = sizes.filter((_bytes, index) => !stored[index]);
            expect(refused.filter((bytes) => total + bytes <= maxBytes)).toEqual([]);
          },
        ),
        { numRuns: 60 },
      ),
    );
  });

  it("counts an upload once that is stored while the sums are read", async () => {
    await withStores(async (stores) => {
      const limits = [{ maxBytes: 100, timePeriodMs: 3_600_000 }];
      let meanwhile = doNothing;
      const ledger = openLedger({
        uploadedBytes: async (userId, sinceTs) => {
          const sums = await stores.usage.uploadedBytes(userId, sinceTs);
          await meanwhile();
          return sums;
        },
      });
      const first = await ledger.open(USER, { limits });
      await first.growTo(60);
      meanwhile = async () => {
        meanwhile = doNothing;
        await first.settleBy(
          stores.media.insert(newMedia({ mediaId: "meanwhile", userId: USER, mediaLength: 60, createdTs: Date.now() })),
        );
      };
      const second = await ledger.open(USER, { limits });
      expect(await second.growTo(41)).toMatchObject({ sentBytes: 60 });
      expect(await second.growTo(40)).toBeUndefined();
      second.release();
    });
  });

  it("counts an upload once whose commit is answered after the sums were asked for", async () => {
    await withStores(async (stores) => {
      const ledger = openLedger(stores.usage);
      const limits = [{ maxBytes: 100, timePeriodMs: 3_600_000 }];
      const first = await ledger.open(USER, { limits });
      await first.growTo(60);
      const answered = Promise.withResolvers<void>();
      const row = newMedia({ mediaId: "late", userId: USER, mediaLength: 60, createdTs: Date.now() });
      const inserted = stores.media.insert(row);
      const settled = first.settleBy(inserted.then(() => answered.promise));
      await inserted;
      const opening = ledger.open(USER, { limits });
      answered.resolve();
      await settled;
      const second = await opening;
      expect(await second.growTo(41)).toMatchObject({ sentBytes: 60 });
      expect(await second.growTo(40)).toBeUndefined();
      second.release();
    });
  });

  it("holds on to the bytes of an upload whose commit fails, until they are given back", async () => {
    await withStores(async (stores) => {
      const ledger = openLedger(stores.usage);
      const limits = [{ maxBytes: 100, timePeriodMs: 1000 }];
      const [first, second] = [await ledger.open(USER, { limits }), await ledger.open(USER, { limits })];
      await first.growTo(60);
      await expect(first.settleBy(Promise.reject(new Error("no room")))).rejects.toThrow("no room");
      expect(await second.growTo(41)).toMatchObject({ sentBytes: 60 });
      first.release();
      expect(await second.growTo(100)).toBeUndefined();
      second.release();
    });
  });

  it("gives bytes back once, however often it is told", async () => {
    await withStores(async (stores) => {
      const ledger = openLedger(stores.usage);
      const limits = [{ maxBytes: 100, timePeriodMs: 1000 }];
      const [first, second] = [await ledger.open(USER, { limits }), await ledger.open(USER, { limits })];
      await first.growTo(60);
      for (let time = 0; time < 3; time += 1) first.release();
      await first.settleBy(Promise.resolve());
      expect(await second.growTo(101)).toMatchObject({ sentBytes: 0 });
      expect(await second.growTo(100)).toBeUndefined();
      second.release();
    });
  });
});

/** What the ledger and what the model said of every growth. */
async function play(
  stores: MediaStores,
  userId: string,
  limits: readonly MediaUploadLimit[],
  actions: readonly Action[],
) {
  let now = 1_000_000;
  const ledger = openLedger(stores.usage, () => now);
  const breaches: (Breach | undefined)[] = [];
  const expected: (Breach | undefined)[] = [];
  const model = new Model(limits);
  const open = new Map<number, { reservation: Reservation; openedAt: number }>();
  for (const action of actions) {
    if (action.do === "wait") {
      // Sums are those of the moment of opening: time passes between uploads only.
      if (open.size === 0) now += action.ms;
      continue;
    }
    const at = open.get(action.holder);
    if (action.do === "open") {
      if (at !== undefined) continue;
      open.set(action.holder, { reservation: await ledger.open(userId, { limits }), openedAt: now });
      model.held.set(action.holder, 0);
    } else if (at !== undefined && action.do === "grow") {
      const breach = await at.reservation.growTo(action.bytes);
      breaches.push(breach);
      expected.push(model.breach(action.holder, action.bytes, at.openedAt));
      if (breach === undefined) model.held.set(action.holder, action.bytes);
    } else if (at !== undefined) {
      const bytes = model.held.get(action.holder) ?? 0;
      if (action.do === "settle") {
        await at.reservation.settleBy(
          stores.media.insert(
            newMedia({ mediaId: `${userId}-${model.stored.length}`, userId, mediaLength: bytes, createdTs: now }),
          ),
        );
        model.stored.push({ ts: now, bytes });
      } else {
        at.reservation.release();
      }
      open.delete(action.holder);
      model.held.delete(action.holder);
    }
  }
  for (const { reservation } of open.values()) reservation.release();
  return { breaches, expected };
}

function openLedger(usage: UsageSums, now?: () => number): QuotaLedger {
  return new QuotaLedger(usage, { accounts: new InProcessUsageAccounts(), ...(now && { now }) });
}

async function doNothing(): Promise<void> {}

let uploads = 0;

async function upload(
  ledger: QuotaLedger,
  stores: MediaStores,
  userId: string,
  limits: readonly MediaUploadLimit[],
  bytes: number,
) {
  const reservation = await ledger.open(userId, { limits });
  try {
    if ((await reservation.growTo(bytes)) !== undefined) return false;
    const media = newMedia({ mediaId: `upload${++uploads}`, userId, mediaLength: bytes, createdTs: Date.now() });
    await reservation.settleBy(stores.media.insert(media));
    return true;
  } finally {
    reservation.release();
  }
}

async function withStores(test: (stores: MediaStores, nextUser: () => string) => Promise<void>): Promise<void> {
  const stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log: createLogger("fatal") });
  let users = 0;
  try {
    await test(stores, () => `@user${++users}:example.org`);
  } finally {
    await stores.close();
  }
}
