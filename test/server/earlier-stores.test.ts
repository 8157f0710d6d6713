import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { verifyStore } from "../../src/server/commands/check-store.ts";
import { LIMIT_BYTES, startGuard, type GuardService } from "../guard/support/guard-service.ts";
import { StubSynapse } from "../guard/support/stub-synapse.ts";
import { download, put } from "../http/support/pending-media.ts";
import { scriptProvider, startProviderService, type ProviderService } from "../providers/provider-service.ts";
import { restoreDatabase, restoreFiles, rowsOf } from "../support/earlier-store.ts";
import type { ScriptedProvider } from "../support/providers.ts";

/** Ids of `fixtures/stores/repository.sql`. */
const GIVEN_TO_BOTH = "sUCXbjxcRgcBMhVZooulCRRp";
const QUARANTINED = "thFamnLBWqWPQLRDfYIRhCuw";
const CREATED_BY_ALICE = "LQUdTTAaNXSoopAxEHhmxVvK";
const CREATED_BY_BOB = "fjsaMITtoyLokEPlEWqjnGQS";
const FILLED = "CvihCVWfRtgAWjnhyYYfEZVq";
const EXPIRED = "feLAgsrvywzrovMmCyfPdFko";
const TRIED_IN_VAIN = "zyZfdlUtQajNUwxgIpKJhtBV";
const NEVER_TRIED = "cDcHvJweGRNSpmsAHCefQxtd";
const NEVER_TRIED_EITHER = "TATkCDqJFVLvSfvyOHJgsBgc";
const CUT_SHORT = "eCnPFebMdgWdvHdFmjWaCeaa";

const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";
const CAROL = "@carol:example.test";

/** Longer than a doubt stays young, shorter than an id to upload to lives. */
const AGO_MS = 10 * 60_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-earlier-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

describe("The store of a repository that an earlier release wrote", () => {
  let later: ScriptedProvider;
  let before: Record<"media" | "uploads", unknown[]>;
  beforeEach(() => {
    restoreDatabase("repository", folder, AGO_MS);
    restoreFiles("repository", folder);
    before = { media: rowsOf(folder, "local_media_repository"), uploads: rowsOf(folder, "media_bridge_uploads") };
    later = scriptProvider();
  });
  const start = async (): Promise<ProviderService> =>
    startProviderService([later.entry({ store_synchronous: false }), scriptProvider("Other").entry()], { folder });

  test("keeps every row and every file, and shows what was shown", async () => {
    const service = await start();
    expect(rowsOf(folder, "local_media_repository")).toEqual(before.media);
    expect(rowsOf(folder, "media_bridge_uploads")).toEqual(before.uploads);
    const shown = await Promise.all([GIVEN_TO_BOTH, FILLED].map((mediaId) => download(service, mediaId, 0)));
    expect(shown.map(({ text }) => text)).toEqual(["given to both", "filled later"]);
    expect(shown[0]?.disposition).toContain("filename*=utf-8''Gr%C3%BC%C3%9Fe.txt");
    expect((await download(service, QUARANTINED, 0)).status).toBe(404);
    const config = loadConfig([join(folder, "media-bridge.yaml")]).config;
    const findings: unknown[] = [];
    const verified = await verifyStore(config, {
      repair: false,
      onFinding: (finding) => findings.push(finding),
      onMoved: () => undefined,
      onProgress: () => undefined,
    });
    expect([findings, verified.rows, verified.filesSeen]).toEqual([[], 6, 6]);
  });

  test("lets its created ids be uploaded to, by those who created them and in their time", async () => {
    const service = await start();
    expect((await put(service, CREATED_BY_BOB, "not mine")).errcode).toBe("M_FORBIDDEN");
    expect((await put(service, EXPIRED, "too late")).status).toBe(404);
    expect((await put(service, FILLED, "again")).errcode).toBe("M_CANNOT_OVERWRITE_MEDIA");
    expect((await download(service, CREATED_BY_ALICE, 0)).errcode).toBe("M_NOT_YET_UPLOADED");
    expect((await put(service, CREATED_BY_ALICE, "at last")).status).toBe(200);
    expect((await put(service, CREATED_BY_BOB, "at last", { as: "bob" })).status).toBe(200);
    expect((await download(service, CREATED_BY_ALICE, 0)).text).toBe("at last");
  });

  test("ends the uploads that the kill cut short: what has a row stays, and what has none goes", async () => {
    const service = await start();
    const line = await service.log.waitFor(({ message }) => message.includes("had cut short were removed"));
    expect(line.facts).toMatchObject({ kept: 2, removed: 1 });
    expect((await download(service, CUT_SHORT, 0)).status).toBe(404);
    expect(Object.keys(service.files()).filter((path) => path.includes(CUT_SHORT.slice(4)))).toEqual([]);
    expect((await download(service, NEVER_TRIED, 0)).text).toBe("never tried");
  });

  test("has every file that waits for a storage provider stored, and nothing waits afterwards", async () => {
    await start();
    const texts = [TRIED_IN_VAIN, NEVER_TRIED, NEVER_TRIED_EITHER].map(async (id) => later.hasStored(id));
    expect((await Promise.all(texts)).map(String)).toEqual(["tried in vain", "never tried", "never tried either"]);
    await vi.waitFor(() => expect(rowsOf(folder, "media_bridge_pending_stores")).toEqual([]));
    expect(later.calls("store")).toHaveLength(3);
  });
});

describe("The records of a guard that an earlier release wrote", () => {
  let synapse: StubSynapse;
  let guard: GuardService;
  let before: unknown[];
  beforeEach(async () => {
    restoreDatabase("guard", folder, AGO_MS);
    writeFileSync(join(folder, "admin-token"), "token-of-admin\n", { mode: 0o600 });
    synapse = await StubSynapse.start();
    synapse.store(BOB, 300_000, Date.now() - AGO_MS);
    synapse.store(CAROL, 1_000, Date.now() - AGO_MS);
    synapse.store(ALICE, 100_000, Date.now() - AGO_MS);
    // The one of which the service could not tell whether it was stored.
    synapse.store(ALICE, 200_000, Date.now() - AGO_MS);
    before = rowsOf(folder, "media_bridge_uploads");
    guard = await startGuard({ folder, asAdministrator: true, synapse });
    onTestFinished(() => guard.stop());
  });

  test("keeps every upload that it counted", () => {
    expect(before).toHaveLength(3);
    expect(rowsOf(folder, "media_bridge_uploads")).toEqual(before);
  });

  test("has the usage of a user with a doubt read from Synapse again, and counts each upload once", async () => {
    expect((await guard.upload(Buffer.alloc(LIMIT_BYTES - 300_000 + 1))).status).toBe(403);
    expect((await guard.upload(Buffer.alloc(LIMIT_BYTES - 300_000))).status).toBe(200);
    expect(readings()).toEqual([expect.stringContaining(encodeURIComponent(ALICE))]);
    expect(rowsOf(folder, "media_bridge_upstream_pending").filter(({ user_id: user }) => user === ALICE)).toEqual([
      expect.objectContaining({ doubted_ts: null }),
    ]);
  });

  test("turns the upload that was under way into a doubt: while that is young, each upload has Synapse asked", async () => {
    const line = await guard.service.log.waitFor(({ message }) => message.includes("had cut short were removed"));
    expect(line.facts).toMatchObject({ doubted: 1 });
    expect(await uploadAs("carol", LIMIT_BYTES - 1_000 + 1)).toBe(403);
    expect(await uploadAs("carol", LIMIT_BYTES - 1_000)).toBe(200);
    const ofCarol = expect.stringContaining(encodeURIComponent(CAROL));
    expect(readings()).toEqual([ofCarol, ofCarol]);
  });

  test("does not read again what an import has read, and knows whose id it is that Synapse made", async () => {
    expect(await uploadAs("bob", LIMIT_BYTES - 300_000 + 1)).toBe(403);
    const path = "/_matrix/media/v3/upload/example.test/Created4";
    expect((await guard.service.request(path, { method: "PUT", as: "alice", body: "x" })).status).toBe(403);
    expect((await guard.service.request(path, { method: "PUT", as: "bob", body: "x" })).status).toBe(200);
    expect((await guard.service.request(path, { method: "PUT", as: "bob", body: "x" })).status).toBe(409);
    expect(readings()).toEqual([]);
  });

  /** Questions about the media of a user. */
  function readings(): string[] {
    return synapse.requests.filter(({ url }) => url.includes("/users/%40")).map(({ url }) => url);
  }

  async function uploadAs(as: "bob" | "carol", sizeBytes: number): Promise<number> {
    const body = Buffer.alloc(sizeBytes) as unknown as string;
    return (await guard.service.request("/_matrix/media/v3/upload", { method: "POST", as, body })).status;
  }
});
