import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";
import { makePng } from "../support/png.ts";
import { register, startSynapse, type Account, type Synapse } from "../support/synapse.ts";

let origin: Synapse;
let originName: string;
let synapse: InsideSynapse;
let [sender, reader]: Account[] = [];

beforeAll(async () => {
  const [originPort, port] = [await findFreePort(), await findFreePort()];
  originName = `127.0.0.1:${originPort}`;
  origin = await startSynapse({ mediaRepo: true, federationPort: originPort });
  synapse = await InsideSynapse.start(
    (calls) => [typescript([{ typescript: `${INSIDE_MODULES}/rules.ts`, config: { calls } }])],
    { federationPort: port },
  );
  sender = await register(origin.homeserver, "sender");
  reader = await synapse.register("reader");
});
afterAll(async () => {
  await synapse?.stop();
  await origin?.stop();
});
beforeEach(() => void synapse.takeCalls());

test("Media of another server that the module lets pass is fetched, and asked about with that server's name", async () => {
  const mediaId = await store("hello, all");
  const { status, text } = await get(`download/${originName}/${mediaId}`);
  expect({ status, text }).toEqual({ status: 200, text: "hello, all" });
  expect(asked()).toEqual([
    { serverName: originName, fileId: expect.any(String) as string, urlCache: false, thumbnail: null },
  ]);
});

test("Media of another server that the module refuses is 404, and no file of it stays", async () => {
  const mediaId = await store("this is spam");
  const before = remoteFiles();
  const { status, json } = await get(`download/${originName}/${mediaId}`);
  expect({ status, errcode: json["errcode"] }).toEqual({ status: 404, errcode: "M_FORBIDDEN" });
  expect(asked()).toHaveLength(1);
  expect(remoteFiles()).toEqual(before);
});

test("Of a picture of another server a thumbnail that the module refuses is 404, and the picture is served", async () => {
  const mediaId = await store(makePng(200, 200), "image/png");
  const thumbnail = `thumbnail/${originName}/${mediaId}?width=32&height=32&method=crop`;
  expect((await get(thumbnail)).status).toBe(404);
  expect(asked()).toContainEqual(
    expect.objectContaining({ serverName: originName, thumbnail: expect.objectContaining({ width: 32 }) as object }),
  );
  expect((await get(`download/${originName}/${mediaId}`)).status).toBe(200);
});

test("While Node is gone, media of another server is not served, and no file of it stays", async () => {
  const mediaId = await store("hello, you");
  const before = remoteFiles();
  const [node = 0] = synapse.children();
  process.kill(node, "SIGSTOP");
  const answer = get(`download/${originName}/${mediaId}`);
  process.kill(node, "SIGKILL");
  const { status, headers } = await answer;
  expect([status, headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(remoteFiles()).toEqual(before);
});

async function store(body: string | Buffer, type = "text/plain"): Promise<string> {
  const headers = { Authorization: `Bearer ${sender?.accessToken}`, "Content-Type": type };
  const answer = await fetch(`${origin.homeserver.url}/_matrix/media/v3/upload`, { method: "POST", headers, body });
  const { content_uri: uri } = (await answer.json()) as { content_uri: string };
  return uri.split("/").at(-1) ?? "";
}

function get(path: string) {
  if (reader === undefined) throw new Error("the user is not registered");
  return synapse.ask("GET", `/_matrix/client/v1/media/${path}`, reader);
}

/** What the spam check was asked about. */
function asked(): unknown[] {
  return synapse
    .takeCalls()
    .filter(([, callback]) => callback === "spam")
    .map(([, , info]) => info);
}

/** The files of other servers' media that Synapse keeps. */
function remoteFiles(): string[] {
  const folder = join(synapse.folder, "media", "remote_content");
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name));
}
