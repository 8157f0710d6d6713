import { beforeEach, describe, expect, it } from "vitest";
import type { AuditedRow } from "../../src/media/audit/verification.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia } from "./media-rows.ts";

const ALICE = "@alice:example.org";
/** More than an engine reads at once. */
const MANY = 1201;

/** What every {@link MediaStores} must tell of all its rows. */
export function describeAudit(current: () => MediaStores): void {
  describe("a look at all rows", () => {
    let stores: MediaStores;
    beforeEach(() => {
      stores = current();
    });

    it("finds each row with content once, however many there are, and none without", async () => {
      await Promise.all(
        Array.from({ length: MANY }, (_, index) => stores.media.insert(newMedia({ mediaId: `many${index}` }))),
      );
      await createId("pending");
      const ids = (await allRows()).map(({ mediaId }) => mediaId);
      expect(ids.toSorted()).toEqual(Array.from({ length: MANY }, (_, index) => `many${index}`).toSorted());
      expect(await stores.audit.count()).toBe(MANY);
    });

    it("says of a row what counts of it and how many providers wait for its file", async () => {
      await stores.media.insert(newMedia({ mediaId: "waiting", mediaLength: 7, copyLater: ["one", "two"] }));
      const row = {
        mediaId: "waiting",
        mediaLength: 7,
        sha256: "ab".repeat(32),
        countedBytes: 7,
        waitingProviders: 2,
      };
      expect(await allRows()).toEqual([row]);
      expect(await stores.audit.find("waiting")).toEqual(row);
    });

    it("knows what is stored, what was created and what it has never heard of", async () => {
      await stores.media.insert(newMedia({ mediaId: "stored" }));
      await createId("pending");
      const found = ["stored", "pending", "nothing"].map((mediaId) => stores.audit.knows(mediaId));
      expect(await Promise.all(found)).toEqual(["stored", "known", "unknown"]);
      expect(await stores.audit.find("pending")).toBeUndefined();
      await stores.media.withdraw("stored", { keepsId: false });
      expect(await stores.audit.knows("stored")).toBe("unknown");
    });

    async function createId(mediaId: string): Promise<void> {
      const media = { mediaId, createdTs: 1, userId: ALICE, authenticated: true };
      await stores.pending.create(media, { maxPending: 10, expiredTs: 0 });
    }

    async function allRows(): Promise<AuditedRow[]> {
      const rows: AuditedRow[] = [];
      for await (const page of stores.audit.pages()) rows.push(...page);
      return rows;
    }
  });
}
