import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listenForSynapse, type CallbacksSocket } from "../../src/inside/listen.ts";
import type { OpenShadows, ShadowsRequest } from "../../src/inside/shadows.ts";
import { shareInsideShadows } from "../../src/server/shadow/inside/open-inside-shadows.ts";
import { readRuns } from "../../src/shadow/parity/read-runs.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { ConnectedSynapse } from "./connected-synapse.ts";

const WAITING = fileURLToPath(new URL("../fixtures/inside/waiting.ts", import.meta.url));
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const SPAM = "check_media_file_for_spam";
const NOT_ENDED = "not everything of a Synapse that has left could be ended";
const LOADED = "the shadow of a module is asked from now on";

/** Allows one byte more than the module that it shadows, and finds nothing wrong with files that exist. */
const CANDIDATE = `
import { existsSync } from "node:fs";
export default {
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: (_user, size) => size <= 101 });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: (file) => !existsSync(file.path) });
  },
};
`;

/** Allows what it is asked about where it learns that Synapse cannot be reached. */
const ASKING = `
export default {
  name: "asking",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (user) =>
        api.homeserver.isUserAdmin(user).catch(({ code }) => code === "HOMESERVER_UNREACHABLE"),
    });
  },
};
`;

let folder: string;
let log: CapturedLog;
let listening: CallbacksSocket;
/** How the shadows of the next Synapse are opened. */
let openShadows: OpenShadows;
let connected: ConnectedSynapse[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-shadows-"));
  log = captureLog();
  connected = [];
  openShadows = shareInsideShadows();
  const options = { openShadows: (request: ShadowsRequest) => openShadows(request) };
  listening = await listenForSynapse(join(folder, "callbacks.sock"), log, options);
});
afterEach(async () => {
  for (const synapse of connected) synapse.leave();
  await listening.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A Synapse with a TypeScript module and a Python one, each of which has the candidate as its shadow. */
async function start({ candidate = CANDIDATE, required = false, sample = "100%", files = ownFolder("0") } = {}) {
  const specifier = join(folder, "candidate.ts");
  writeFileSync(specifier, candidate);
  const decider = { typescript: WAITING, config: { notes: join(folder, "notes"), name: "decider" } };
  const shadow = { typescript: specifier, config: {}, required, sample };
  const config = join(folder, "shadows.yaml");
  const modules = [decider, { module: "a.Python", config: {} }].map((module) => ({ ...module, shadow }));
  writeFileSync(
    config,
    JSON.stringify({
      server_name: "example.test",
      media_store_path: folder,
      media_bridge: {
        data_path: join(folder, "data"),
        homeserver: {
          url: "https://example.test/",
          database: { name: "sqlite3", args: { database: join(folder, "homeserver.db") } },
        },
        modules,
      },
    }),
  );
  const synapse = await ConnectedSynapse.connect(join(folder, "callbacks.sock"));
  connected.push(synapse);
  await synapse.initialize([{ ...decider, config: JSON.stringify(decider.config) }, { python: "a.Python" }]);
  await synapse.setUp();
  const python = [{ module: 1, name: "a.Python", file: null, kinds: [ALLOWED, SPAM] }];
  return { synapse, opened: () => synapse.connection.request("shadows", { config, waits: true, files, python }) };
}

/** The name of a folder for links of this process. */
function ownFolder(digit: string): string {
  return `${process.pid}-${digit.repeat(16)}`;
}

/** Makes a folder of links with one file in it. */
function makeFolder(name: string): string {
  const made = join(folder, "data", "shadow-files", name);
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, "1"), "bytes");
  return made;
}

/** Resolves once a Synapse with other modules may use the socket. */
function freed(): Promise<void> {
  const other = { typescript: WAITING, config: JSON.stringify({ notes: join(folder, "notes"), name: "other" }) };
  return vi.waitFor(async () => {
    const next = await ConnectedSynapse.connect(join(folder, "callbacks.sock"));
    connected.push(next);
    expect(await next.initialize([other])).toHaveProperty("modules");
  }, 20_000);
}

/** What is counted of the shadow of a module: `[callback, counter, count]`. */
function counts(index: number): unknown[] {
  const run = readRuns(join(folder, "data"), { maxDifferences: 10 }).find((found) => found.index === index);
  return (run?.callbacks ?? []).flatMap(({ callback, counts: counted }) =>
    [...counted].flatMap(([name, count]) =>
      /same|different_effect|dropped/.test(name) ? [[callback, name, count]] : [],
    ),
  );
}

const asked = { module: 1, kind: ALLOWED, args: ["@a:example.test", 101], user: "@a:example.test", asked_ts: 1 };
const told = { ...asked, said: { outcome: "continue" }, micros: 5, part: 1, file: null };
const loaded = (count: number) =>
  vi.waitFor(() => expect(log.lines.filter(({ message }) => message === LOADED)).toHaveLength(count), 20_000);

describe("The shadows of a Synapse's modules", () => {
  test("compare what modules of both languages decide, and change nothing of it", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await start();
    expect(await opened()).toEqual({});
    await loaded(2);
    const verdicts = [];
    for (const size of [100, 101, 102]) verdicts.push(await synapse.run(size));
    expect(verdicts.map((verdict) => (verdict as [[number | null]])[0][0])).toEqual([null, 0, 0]);
    synapse.connection.notify("asked", told);
    synapse.connection.notify("not_asked", { module: 1, kind: ALLOWED, count: 3 });
    await vi.waitFor(() => {
      expect(counts(0)).toEqual([
        [ALLOWED, "different_effect", 1],
        [ALLOWED, "same", 2],
      ]);
      expect(counts(1)).toEqual([
        [ALLOWED, "dropped", 3],
        [ALLOWED, "same", 1],
      ]);
    }, 20_000);
  });

  test("look at a copy of the file that is handed over, and leave nothing of it", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await start();
    await opened();
    await loaded(2);
    const mine = join(folder, "data", "shadow-files", ownFolder("0"));
    mkdirSync(mine, { recursive: true });
    const file = join(mine, "handed-over");
    writeFileSync(file, "bytes");
    const info = { server_name: null, file_id: "abcdefgh", url_cache: false, thumbnail: null };
    const question = { ...told, kind: SPAM, args: ["/gone", info] };
    synapse.connection.notify("asked", { ...question, file });
    synapse.connection.notify("asked", question);
    await vi.waitFor(() => {
      expect(counts(1)).toEqual([
        [SPAM, "dropped", 1],
        [SPAM, "same", 1],
      ]);
    }, 20_000);
    await vi.waitFor(() => expect(existsSync(mine) ? readdirSync(mine) : []).toEqual([]));
  });

  test(
    "remove the links of a process that has left, and no other's of the same number",
    { timeout: 60_000 },
    async () => {
      const one = await start();
      await one.opened();
      const other = await start({ files: ownFolder("1") });
      await other.opened();
      const [left, kept] = [makeFolder(ownFolder("0")), makeFolder(ownFolder("1"))];
      one.synapse.leave();
      await vi.waitFor(() => expect(existsSync(left)).toBe(false));
      expect(readdirSync(kept)).toEqual(["1"]);
    },
  );

  test("remove links that were left behind, and none of a process that is there", { timeout: 60_000 }, async () => {
    const gone = spawnSync(process.execPath, ["--version"]).pid;
    const left = [makeFolder(`${gone}-${"a".repeat(16)}`), makeFolder(ownFolder("b"))];
    const kept = [makeFolder(ownFolder("c")), makeFolder("another")];
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    utimesSync(left[1] ?? "", longAgo, longAgo);
    const { opened } = await start();
    await opened();
    expect([...left, ...kept].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  });

  test.each(["..", "7", `7-${"a".repeat(15)}/`, `../7-${"a".repeat(16)}`])(
    "take no folder of links that has another form, such as %s",
    { timeout: 60_000 },
    async (files) => {
      const { opened } = await start({ files });
      await expect(opened()).rejects.toThrow(/files/);
    },
  );

  test(
    "learn from a Synapse that cannot be asked what the modules that decide learn",
    { timeout: 60_000 },
    async () => {
      // The test's end of the socket answers no such request.
      const { opened, synapse } = await start({ candidate: ASKING });
      await opened();
      await loaded(2);
      await synapse.run(100);
      synapse.connection.notify("asked", { ...told, args: ["@a:example.test", 100] });
      await vi.waitFor(
        () => expect([counts(0), counts(1)]).toEqual([[[ALLOWED, "same", 1]], [[ALLOWED, "same", 1]]]),
        20_000,
      );
    },
  );

  test.each([
    ["0%", 0],
    ["0.5%", 0.005],
    ["100%", 1],
  ])("say once which share they take, which is %s", { timeout: 60_000 }, async (sample, share) => {
    const { synapse, opened } = await start({ sample });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      await opened();
      vi.advanceTimersByTime(10_000);
      // What was sent before is heard before the answer.
      await synapse.connection.request("ping", null);
      expect(synapse.shares).toEqual([
        {
          shares: [
            [0, share],
            [1, share],
          ],
        },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("leave the socket to another configuration though a folder cannot be removed", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await start();
    mkdirSync(join(folder, "data"));
    // A file where the folders belong: none below it can be removed.
    writeFileSync(join(folder, "data", "shadow-files"), "");
    await opened();
    synapse.leave();
    await freed();
    expect(log.lines.filter(({ message }) => message === NOT_ENDED)).toEqual([]);
  });

  test("leave the socket to another configuration though they cannot be ended", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await start();
    const share = openShadows;
    openShadows = async (request) => {
      const shadows = await share(request);
      return {
        ...shadows,
        async leave(graceMs) {
          await shadows.leave(graceMs);
          throw new Error("not today");
        },
      };
    };
    await opened();
    synapse.leave();
    await freed();
    expect(await log.waitFor(({ message }) => message === NOT_ENDED)).toMatchObject({ level: "error" });
  });

  test("take no nonsense, and the modules decide on", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await start();
    await expect(synapse.connection.request("shadows", {})).rejects.toThrow(/./);
    await opened();
    await expect(opened()).rejects.toThrow(/sent twice/);
    const nonsense = [null, {}, { ...told, module: -1 }, { ...told, kind: "constructor" }, { ...told, part: 2 }];
    for (const params of [...nonsense, { ...told, module: 7 }, { ...told, said: { outcome: "stop" } }]) {
      synapse.connection.notify("asked", params);
    }
    synapse.connection.notify("not_asked", { module: 1, kind: ALLOWED, count: 1e9 });
    expect(await synapse.run(100)).toEqual([[null, null, [expect.any(Number) as number]]]);
    const refused = log.lines.filter(({ message }) => message === "a notification from Synapse could not be used");
    expect(refused).toHaveLength(nonsense.length + 2);
  });

  test(
    "fail a start that waits for one which is required, and the next start may succeed",
    { timeout: 60_000 },
    async () => {
      const { synapse, opened } = await start({ candidate: "throw new Error('not today');", required: true });
      expect(await opened()).toMatchObject({
        failed: { message: expect.stringMatching(/modules\.0\.shadow.*not today.*shadow\.required/s) as string },
      });
      expect(await synapse.run(100)).toEqual([[null, null, [expect.any(Number) as number]]]);
      synapse.leave();
      const next = await start({ required: true });
      expect(await next.opened()).toEqual({});
    },
  );
});
