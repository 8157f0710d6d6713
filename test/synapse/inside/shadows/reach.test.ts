import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { INSIDE_MODULES } from "../../support/inside-synapse.ts";
import type { Account } from "../../support/synapse.ts";
import { askedIn, ShadowedSynapse, troublesIn } from "./shadowed-synapse.ts";

const PYTHON = { module: "reaching.Reaching", config: { table: "decider_notes" } };
const TYPESCRIPT = { typescript: `${INSIDE_MODULES}/reaching.ts`, config: { table: "decider_notes" } };
const OF_CANDIDATE = { table: "candidate_notes" };

let shadowed: ShadowedSynapse | undefined;

afterEach(async () => {
  await shadowed?.stop();
  shadowed = undefined;
});

async function hold(synapse: ShadowedSynapse["synapse"], account: Account, content: object): Promise<void> {
  const path = `/_matrix/client/v3/user/${encodeURIComponent(account.userId)}/account_data/org.example.most`;
  expect((await synapse.ask("PUT", path, account, JSON.stringify(content), "application/json")).status).toBe(200);
}

describe("A candidate inside a Synapse", () => {
  test.each([
    ["in TypeScript", { ...PYTHON, shadow: { ...TYPESCRIPT, config: OF_CANDIDATE } }],
    ["in Python", { ...TYPESCRIPT, shadow: { ...PYTHON, config: OF_CANDIDATE } }],
    ["in Python beside a Python module", { ...PYTHON, shadow: { ...PYTHON, config: OF_CANDIDATE } }],
  ])(
    "asks that Synapse and its database, %s, and changes nothing there",
    { timeout: 120_000 },
    async (_what, entry) => {
      const started = (shadowed = await ShadowedSynapse.start([entry]));
      const { synapse } = started;
      await synapse.logged(/the shadow of a module is asked from now on/);
      const [alice, { admin }] = [await synapse.register("alice"), synapse];
      await synapse.giveAddress(alice, "alice@example.test");
      for (const account of [alice, admin]) await hold(synapse, account, { most: 5 });
      const statuses = [];
      for (const [account, body] of [
        [alice, "12345"],
        [alice, "123456"],
        [admin, "1"],
      ] as const) {
        statuses.push((await synapse.upload(account, body)).status);
      }
      expect(statuses).toEqual([200, 413, 413]);
      const report = await started.reported((found) => askedIn(found) >= 3);
      expect(troublesIn(report)).toEqual({});
      const db = new Database(join(synapse.folder, "homeserver.db"), { readonly: true });
      expect(db.prepare("select count(*) from decider_notes").pluck().get()).toBe(3);
      expect(() => db.prepare("select count(*) from candidate_notes")).toThrow(/no such table/);
      db.close();
    },
  );
});
