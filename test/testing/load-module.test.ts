import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineModule, MatrixError, NOT_SPAM } from "synapse-media-bridge";
import { loadModule, startFakeHomeserver, TestClock } from "synapse-media-bridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const ALICE = "@alice:example.test";
const LIMIT = { maxBytes: 10, timePeriodMs: 1000 };

const everything = defineModule({
  name: "everything",
  configSchema: z.strictObject({ max_bytes: z.int().default(100) }),
  setup(api, { max_bytes }) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => ({ user: userId, server: api.serverName }),
      isUserAllowedToUploadMediaOfSize: async (_userId, sizeBytes) => sizeBytes <= max_bytes,
      getMediaUploadLimitsForUser: () => [LIMIT],
      onMediaUploadLimitExceeded(_userId, limit, sentBytes, attemptedBytes) {
        throw new MatrixError(403, "M_FORBIDDEN", `${sentBytes} + ${attemptedBytes} > ${limit.maxBytes}`);
      },
      onMediaUploaded: (userId, mediaId, sizeBytes) => api.log.info({ userId, mediaId, sizeBytes }, "uploaded"),
      onMediaDeleted: (mediaId) => api.log.info({ mediaId }, "deleted"),
    });
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file, info) {
        const text = Buffer.concat(await file.stream().toArray()).toString();
        return text.includes("spam") || info.urlCache ? "M_FORBIDDEN" : NOT_SPAM;
      },
    });
  },
});

test("A module is called with every callback that it registers, and answers as it answers the service", async () => {
  await using module = await loadModule(everything, {});
  expect(module.name).toBe("everything");
  expect(await module.call("getMediaConfigForUser", ALICE)).toEqual({ user: ALICE, server: "example.test" });
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 100)).toBe(true);
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 101)).toBe(false);
  expect(await module.call("getMediaUploadLimitsForUser", ALICE, 1)).toEqual([LIMIT]);
  expect(await module.call("checkMediaFileForSpam", "a letter")).toBe(NOT_SPAM);
  expect(await module.call("checkMediaFileForSpam", Buffer.from("some spam"))).toBe("M_FORBIDDEN");
  expect(await module.call("checkMediaFileForSpam", "", { urlCache: true })).toBe("M_FORBIDDEN");
  await expect(module.call("onMediaUploadLimitExceeded", ALICE, LIMIT, 6, 5)).rejects.toThrow("6 + 5 > 10");
  await module.call("onMediaUploaded", ALICE, "AbC", 3);
  await module.call("onMediaDeleted", "AbC");
  expect(module.log.lines.map(({ message, facts }) => [message, facts["mediaId"]])).toEqual([
    ["uploaded", "AbC"],
    ["deleted", "AbC"],
  ]);
});

test("A module that is loaded from its file has variables of its own each time", async () => {
  const file = join(createTemporaryFolder(), "counter.ts");
  const body =
    "let asked = 0; export default { name: 'counter', setup: (api) => api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ asked: (asked += 1) }) }) };";
  writeFileSync(file, body);
  for (const asked of [1, 1]) {
    await using module = await loadModule(file, {});
    expect(await module.call("getMediaConfigForUser", ALICE)).toEqual({ asked });
  }
});

test("A configuration that a module refuses is told as at a start", async () => {
  await expect(loadModule(everything, { max_bytes: 1.5 })).rejects.toMatchObject({
    code: "MODULE",
    message: expect.stringContaining("config.max_bytes: expected int"),
  });
  await expect(loadModule("./nowhere.ts", {})).rejects.toThrow("there is no such file");
});

test("A call of what is not registered, and an answer of a wrong type, are errors that say so", async () => {
  const wrong = defineModule({
    name: "wrong",
    setup(api) {
      api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: () => "yes" as unknown as boolean });
    },
  });
  await using module = await loadModule(wrong, undefined);
  await expect(module.call("onMediaDeleted", "AbC")).rejects.toThrow("the module registers no onMediaDeleted");
  await expect(module.call("isUserAllowedToUploadMediaOfSize", ALICE, 1)).rejects.toThrow(
    "answered string where a boolean is due",
  );
});

test("Callbacks of one kind are asked in order until one stops, and every one is told of an upload", async () => {
  const asked: string[] = [];
  const many = defineModule({
    name: "many",
    setup(api) {
      for (const [name, answer] of [
        ["first", undefined],
        ["second", []],
        ["third", [LIMIT]],
      ] as const) {
        api.registerMediaRepositoryCallbacks({
          getMediaUploadLimitsForUser: (_userId, _size) => (asked.push(name), answer),
          onMediaUploaded() {
            asked.push(name);
            if (name === "first") throw new Error("the first fails");
          },
        });
      }
    },
  });
  await using module = await loadModule(many, undefined);
  expect(await module.call("getMediaUploadLimitsForUser", ALICE, 1)).toEqual([]);
  expect(asked.splice(0)).toEqual(["first", "second"]);
  await expect(module.call("onMediaUploaded", ALICE, "AbC", 1)).rejects.toThrow("the first fails");
  expect(asked).toEqual(["first", "second", "third"]);
});

test("A loaded module asks the homeserver of the test, and has a database of its own", async () => {
  const homeserver = await startFakeHomeserver();
  onTestFinished(() => homeserver.stop());
  homeserver.addUser(ALICE, { admin: true });
  const asking = defineModule({
    name: "asking",
    async setup(api) {
      await api.database.transaction("make", (txn) => txn.execute("create table notes (user_id text, admin integer)"));
      api.registerMediaRepositoryCallbacks({
        async onMediaUploaded(userId) {
          const admin = await api.homeserver.isUserAdmin(userId);
          await api.database.transaction("note", (txn) =>
            txn.execute("insert into notes values (?, ?)", [userId, Number(admin)]),
          );
        },
      });
    },
  });
  await using module = await loadModule(asking, undefined, { homeserver });
  await module.call("onMediaUploaded", ALICE, "AbC", 1);
  const rows = await module.database.transaction("read", (txn) => txn.execute("select * from notes"));
  expect(JSON.stringify(rows)).toContain(ALICE);
  expect(homeserver.requests.map(({ token }) => token)).toEqual([homeserver.adminToken]);
});

test("Loops, delayed calls and sleep of a loaded module wait for the clock of the test", async () => {
  const clock = new TestClock(0);
  const runs: string[] = [];
  const timed = defineModule({
    name: "timed",
    setup(api) {
      api.loopingBackgroundCall(() => runs.push(`loop at ${clock.now()}`), 60_000);
      api.delayedBackgroundCall(90_000, async () => {
        await api.sleep(5_000);
        runs.push(`slept until ${clock.now()}`);
      });
      api.onShutdown(() => runs.push("shutdown"));
    },
  });
  const module = await loadModule(timed, undefined, { clock });
  await clock.advance(59_999);
  expect(runs).toEqual([]);
  await clock.advance(60_001);
  await module.idle();
  expect(runs).toEqual(["loop at 60000", "slept until 95000", "loop at 120000"]);
  await module.stop();
  expect(runs.at(-1)).toBe("shutdown");
  expect(clock.waiting).toBe(0);
});

test("A callback is told in its context what the test says of the request, or else of the user that it is called for", async () => {
  const telling = defineModule({
    name: "telling",
    setup(api) {
      api.registerMediaRepositoryCallbacks({
        isUserAllowedToUploadMediaOfSize: async (_userId, _sizeBytes, { requester }) =>
          (await requester?.isAdmin()) === true,
      });
      api.registerSpamCheckerCallbacks({
        checkMediaFileForSpam: (_file, _info, { upload }) => upload?.userId !== ALICE,
      });
    },
  });
  await using homeserver = await startFakeHomeserver();
  homeserver.addUser(ALICE, { admin: true });
  await using module = await loadModule(telling, undefined, { homeserver });
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 1)).toBe(true);
  const guest = module.within({ requester: { userId: ALICE, admin: false } });
  expect(await guest.call("isUserAllowedToUploadMediaOfSize", ALICE, 1)).toBe(false);
  expect(await module.call("checkMediaFileForSpam", "a text")).toBe(true);
  const upload = { declaredType: "text/plain", fileName: undefined, declaredSizeBytes: 6 };
  const byAlice = module.within({ requester: { userId: ALICE }, upload });
  expect(await byAlice.call("checkMediaFileForSpam", "a text")).toBe(false);
});
