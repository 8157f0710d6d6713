import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { showFile } from "../../src/guard/shown-files.ts";
import { startGuard, type GuardService } from "./support/guard-service.ts";

/** What the module saw in one check. */
interface Seen {
  readonly id: string;
  readonly size: number;
  /** Whether the path that it built by hand, that of Synapse's class and the one it was given are the same. */
  readonly same: boolean;
  /** Every file below the media store that it is told of. */
  readonly files: readonly string[];
}

const UPLOAD = "/_matrix/media/v3/upload";

let folder: string;
let guard: GuardService;
const file = (name: string) => join(folder, name);
const seen = (): Seen[] =>
  existsSync(file("seen"))
    ? readFileSync(file("seen"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Seen)
    : [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-shown-"));
  const config = { seen: file("seen"), hold: file("hold") };
  guard = await startGuard({ mediaBridge: { modules: [{ module: "store_paths.StorePaths", config }] } });
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
  guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
  rmSync(file("seen"), { force: true });
});
afterEach(() => rmSync(file("hold"), { force: true }));
afterAll(async () => {
  await guard.stop();
  rmSync(folder, { recursive: true });
});

function send(method: string, path: string, body: string | ReadableStream): Promise<Response> {
  return guard.service.request(path, { method, body, duplex: "half", as: "alice" });
}

function inChunks(text: string): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

async function create(): Promise<string> {
  const answer = await guard.service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  return ((await answer.json()) as { content_uri: string }).content_uri.slice("mxc://".length);
}

describe("A module that builds a path from the id of the file", () => {
  test.each([
    ["with a length", (text: string) => text],
    ["in chunks", inChunks],
  ])("finds an upload that comes %s, which reaches Synapse then and leaves nothing behind", async (_how, body) => {
    expect((await send("POST", UPLOAD, body("a picture"))).status).toBe(200);
    expect(seen()).toMatchObject([{ size: 9, same: true }]);
    for (const { id, files } of seen()) expect(files).toEqual([id.slice(4)]);
    expect(guard.synapse.uploads.map((upload) => upload.body.toString())).toEqual(["a picture"]);
    expect(guard.spooled()).toEqual([]);
  });

  test("finds an upload to an id that was created before, under that id", async () => {
    const uri = await create();
    expect((await send("PUT", `/_matrix/media/v3/upload/${uri}`, "a picture")).status).toBe(200);
    expect(seen()).toMatchObject([{ id: uri.split("/")[1], same: true }]);
    expect(guard.spooled()).toEqual([]);
  });

  test("refuses one, which leaves nothing behind and does not reach Synapse", async () => {
    expect((await send("POST", UPLOAD, "some spam")).status).toBe(400);
    expect(guard.synapse.uploads).toEqual([]);
    expect(guard.spooled()).toEqual([]);
  });

  test("finds each of many at a time, whose folders come and go", async () => {
    const bodies = Array.from({ length: 40 }, (_none, nth) => `picture ${nth}`);
    const answers = await Promise.all(bodies.map((body) => send("POST", UPLOAD, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(seen().every(({ same }) => same)).toBe(true);
    expect(guard.synapse.uploads.map(({ body }) => body.toString()).toSorted()).toEqual(bodies.toSorted());
    expect(guard.spooled()).toEqual([]);
  });

  test("looks at one upload to an id at a time: another one meanwhile is refused with 409", async () => {
    const path = `/_matrix/media/v3/upload/${await create()}`;
    writeFileSync(file("hold"), "");
    const first = send("PUT", path, "the first");
    await vi.waitFor(() => expect(seen()).toHaveLength(1));
    expect((await send("PUT", path, "the second")).status).toBe(409);
    rmSync(file("hold"));
    expect((await first).status).toBe(200);
    expect(guard.synapse.uploads.map(({ body }) => body.toString())).toEqual(["the first"]);
    expect(guard.spooled()).toEqual([]);
  });
});

/** Removes the folders on the way to a file, wherever they are empty, as fast as it can. */
const REMOVER = `
const { rmdirSync } = require("node:fs");
const folders = process.argv.slice(1);
for (;;) for (const folder of folders) try { rmdirSync(folder); } catch {}
`;

test("Files are shown however the folders on the way to them come and go", async () => {
  const top = mkdtempSync(join(tmpdir(), "media-bridge-shown-"));
  const folders = ["local_content/ab/cd", "local_content/ab", "local_content"].map((name) => join(top, name));
  const remover = spawn(process.execPath, ["-e", REMOVER, ...folders]);
  onTestFinished(async () => {
    remover.kill("SIGKILL");
    await once(remover, "exit");
    rmSync(top, { recursive: true });
  });
  let looked = 0;
  const showMany = async (who: number) => {
    for (let nth = 0; nth < 1_000; nth += 1) {
      const from = join(top, `${who}-${nth}`);
      writeFileSync(from, "x");
      await showFile({ from, folder: top, mediaId: `abcd${who}x${nth}` }, async () => void (looked += 1));
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_none, who) => showMany(who)));
  expect(looked).toBe(8_000);
}, 60_000);

test("An id too short for a place in the store is checked all the same", async () => {
  // The module cannot build its path, and says so.
  expect((await send("PUT", "/_matrix/media/v3/upload/example.test/abcd", "a picture")).status).toBe(500);
  expect(guard.synapse.uploads).toEqual([]);
  expect(guard.spooled()).toEqual([]);
});
