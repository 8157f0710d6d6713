import { afterAll, beforeAll, expect, test } from "vitest";
import { makePng } from "../support/png.ts";
import { INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";

let synapse: InsideSynapse;

beforeAll(async () => {
  synapse = await InsideSynapse.start((calls) => [
    typescript([
      { typescript: `${INSIDE_MODULES}/rules.ts`, config: { calls } },
      { typescript: `${INSIDE_MODULES}/asking.ts` },
    ]),
    { module: "recorder.Recorder", config: { calls, name: "last" } },
  ]);
});
afterAll(() => synapse?.stop());

test("A TypeScript module works on Synapse's database and asks Synapse, with no token of its own", async () => {
  const alice = await synapse.register("alice");
  await synapse.giveAddress(alice, "alice@example.test");
  expect((await synapse.upload(alice, "hello, all")).status).toBe(200);
  expect((await synapse.upload(alice, "nine byte")).status).toBe(500);
  const { text, json } = await synapse.config(alice);
  expect(text).toContain('"rows":[{"body":"é","bytes":4611686018427387904}]');
  expect({ ...json, rows: undefined }).toEqual({
    user: { name: "@alice:matrix.test", guest: false },
    addresses: ["alice@example.test"],
    seen: ["127.0.0.1"],
    isAdmin: false,
    data: { rows: 1 },
    broken: "SQL",
    none: expect.stringContaining("getRoom is not part of Synapse's ModuleApi") as string,
  });
  expect((await synapse.config(synapse.admin)).json["isAdmin"]).toBe(true);
});

test("A callback that is registered late is asked last", async () => {
  const bob = await synapse.register("bob");
  await synapse.config(await synapse.register("registrar"));
  await synapse.logged(/(?:Registered is_user_allowed[^]*){3}/);
  synapse.takeCalls();
  expect((await synapse.upload(bob, "hello, all")).status).toBe(200);
  const asked = synapse.takeCalls().filter(([, callback]) => callback === "allowed" || callback === "late");
  expect(asked.map(([name, callback]) => `${name} ${callback}`)).toEqual([
    "rules allowed",
    "last allowed",
    "rules late",
  ]);
});

test("A thumbnail that a TypeScript module refuses is not made, and its picture is kept", async () => {
  const carol = await synapse.register("carol");
  const picture = makePng(200, 200);
  const { json, status } = await synapse.upload(carol, picture, "image/png");
  expect(status).toBe(200);
  const asked = synapse.takeCalls().filter(([, callback, info]) => callback === "spam" && isThumbnail(info));
  expect(asked).toEqual([["rules", "spam", expect.objectContaining({ serverName: null }), "@carol:matrix.test"]]);
  const mediaId = String(json["content_uri"]).slice("mxc://".length);
  const get = (path: string) => synapse.ask("GET", `/_matrix/client/v1/media/${path}`, carol);
  expect((await get(`thumbnail/${mediaId}?width=32&height=32&method=crop`)).status).toBe(404);
  expect((await get(`download/${mediaId}`)).status).toBe(200);
});

function isThumbnail(info: unknown): boolean {
  return (info as { thumbnail: unknown } | undefined)?.thumbnail != null;
}
