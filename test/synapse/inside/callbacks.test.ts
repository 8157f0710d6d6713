import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";
import { synapseMinor, type Account } from "../support/synapse.ts";

const MINOR = synapseMinor();
/** The first release that asks modules for limits. */
const hasLimits = MINOR >= 139;
/** A limit has an `info_uri`, which words the refusal. Older releases keep its two numbers alone. */
const hasInfoUri = MINOR >= 158;
const INFO_URI = "https://example.org/";
/** What Synapse itself says where a limit is exceeded. */
const EXCEEDED = hasInfoUri
  ? { status: 403, json: { errcode: "M_USER_LIMIT_EXCEEDED", info_uri: INFO_URI } }
  : { status: 400, json: { errcode: "M_RESOURCE_LIMIT_EXCEEDED" } };
const RULES = `${INSIDE_MODULES}/rules.ts`;

let synapse: InsideSynapse;
let alice: Account;

beforeAll(async () => {
  synapse = await InsideSynapse.start((calls) => [
    { module: "recorder.Recorder", config: { calls, name: "first" } },
    typescript([
      { typescript: RULES, config: { calls } },
      { typescript: RULES, config: { calls, name: "second rules" } },
    ]),
    { module: "recorder.Recorder", config: { calls, name: "last" } },
  ]);
  alice = await synapse.register("alice");
});
afterAll(() => synapse?.stop());
beforeEach(() => void synapse.takeCalls());

const names = (callback: string) => {
  const calls = synapse.takeCalls();
  return calls.filter(([, called]) => called === callback).map(([name]) => name);
};

describe("TypeScript modules inside a Synapse", () => {
  test("are asked at their places between the Python modules", async () => {
    expect((await synapse.upload(alice, "hello, all")).status).toBe(200);
    expect(names("allowed")).toEqual(["first", "rules", "second rules", "last"]);
    expect((await synapse.upload(alice, "hello, you")).status).toBe(200);
    expect(names("spam")).toEqual(["first", "rules", "second rules", "last"]);
  });

  test("word the media configuration, with integers that JavaScript's numbers cannot hold", async () => {
    const answer = await synapse.config(await synapse.register("exact"));
    expect(answer.text).toBe('{"m.upload.size":12345678901234567890,"org.example":0.1}');
    expect(names("config")).toEqual(["first", "rules"]);
    expect((await synapse.config(alice)).json).toEqual({ "m.upload.size": 1 });
    expect(names("config")).toEqual(["first", "rules", "second rules", "last"]);
  });

  test("refuse an upload by its size, and the modules after them are not asked", async () => {
    const { status, json } = await synapse.upload(alice, "1234567");
    expect({ status, json }).toEqual({
      status: 413,
      json: { errcode: "M_TOO_LARGE", error: expect.any(String) as string },
    });
    expect(synapse.takeCalls()).toEqual([
      ["first", "allowed", "@alice:matrix.test", 7],
      ["rules", "allowed", "@alice:matrix.test", 7, "@alice:matrix.test"],
    ]);
  });

  test("answer with the status, the words, the fields and the headers of their MatrixError", async () => {
    const { status, json, headers } = await synapse.upload(alice, "1234");
    expect(status).toBe(403);
    expect(json).toEqual({ errcode: "ORG_EXAMPLE_FOUR", error: "Not four bytes", "org.example.size": 4 });
    expect(headers.get("X-Example")).toBe("yes");
  });

  test("that throw are answered 500, and Synapse's log has the file and the line", async () => {
    const { status, json } = await synapse.upload(alice, "12345");
    expect({ status, json }).toEqual({ status: 500, json: { errcode: "M_UNKNOWN", error: "Internal server error" } });
    await synapse.logged(/five bytes are too odd\n(?: {4}at .*\n)*? {4}at .*rules\.ts:\d+/);
  });

  test("that answer with a wrong type are answered 500, and never taken for a yes", async () => {
    expect((await synapse.upload(alice, "12345678")).status).toBe(500);
    await synapse.logged(/answered string where a boolean is due/);
  });

  test.runIf(hasLimits)("give a user limits, and are told with the same numbers that one was exceeded", async () => {
    const limited = await synapse.register("limited");
    const { status, json } = await synapse.upload(limited, "x".repeat(11));
    expect({ status, json }).toMatchObject(EXCEEDED);
    const limit = {
      maxBytes: 10.5,
      timePeriodMs: 3_600_000,
      ...(hasInfoUri && { infoUri: INFO_URI }),
      canUpgrade: false,
    };
    expect(synapse.takeCalls().filter(([, callback]) => callback === "exceeded")).toEqual([
      ["rules", "exceeded", "@limited:matrix.test", limit, 0, 11],
      ["second rules", "exceeded", "@limited:matrix.test", limit, 0, 11],
    ]);
  });

  test.runIf(hasLimits)("word the refusal of an exceeded limit by a MatrixError, and by no other error", async () => {
    const user = { userId: "@limited:matrix.test", accessToken: await login(synapse, "limited") };
    expect((await synapse.upload(user, "x".repeat(20))).json).toEqual({
      errcode: "ORG_EXAMPLE_PAY",
      error: "Pay first",
    });
    expect((await synapse.upload(user, "x".repeat(21))).json).toMatchObject(EXCEEDED.json);
    await synapse.logged(/was not told: .*the mail server is down/);
  });

  test.skipIf(hasLimits)("are registered but for what this release lacks, which its log says", () => {
    for (const lacking of ["get_media_upload_limits_for_user", "on_media_upload_limit_exceeded"]) {
      expect(synapse.log()).toMatch(
        new RegExp(`has no ${lacking}, so that of .*rules\\.ts is never called.* from 1\\.139 on`),
      );
    }
  });

  test("refuse a file by its bytes, which they read from the path", async () => {
    const { status } = await synapse.upload(alice, "this is spam");
    expect(status).toBe(400);
    const [, , info, user] =
      synapse.takeCalls().find(([name, callback]) => name === "rules" && callback === "spam") ?? [];
    expect(info).toEqual({ serverName: null, fileId: expect.any(String) as string, urlCache: false, thumbnail: null });
    expect(user).toBe("@alice:matrix.test");
  });
});

async function login({ url }: InsideSynapse, username: string): Promise<string> {
  const body = JSON.stringify({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: username },
    password: username,
  });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${url}/_matrix/client/v3/login`, { method: "POST", headers, body });
  return ((await answer.json()) as { access_token: string }).access_token;
}
