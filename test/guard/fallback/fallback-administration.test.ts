import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../../http/support/administration.ts";
import { answers, sendJson, StubSynapse, type Behaviour } from "../support/stub-synapse.ts";

let synapse: StubSynapse;
let administered: AdministeredService;
let ask: AdministeredService["ask"];
let ours: string;
beforeAll(async () => {
  synapse = await StubSynapse.start();
  administered = await startAdministered({ mediaBridge: { upstream: { url: synapse.url, mode: "fallback" } } });
  ({ ask } = administered);
});
beforeEach(async () => {
  synapse.requests.length = 0;
  synapse.behave = answers(200, { from: "Synapse" });
  ours = await administered.upload(`ours ${Math.random()}`);
});
afterAll(async () => {
  await administered.stop();
  await synapse.stop();
});

const FROM_SYNAPSE = { status: 200, body: { from: "Synapse" } };
const passedOn = () => synapse.requests.map(({ method, url, body }) => [method, url, body.toString()]);

describe("With a Synapse behind the repository", () => {
  test.each([
    ["GET", "media/example.test/fromBefore"],
    ["GET", "media/other.test/remote"],
    ["POST", "media/quarantine/example.test/fromBefore"],
    ["POST", "media/quarantine/other.test/remote"],
    ["POST", "media/unquarantine/example.test/fromBefore"],
    ["POST", "media/protect/fromBefore"],
    ["POST", "media/unprotect/fromBefore"],
  ])("%s %s is passed on, with its body and the administrator's token", async (method, path) => {
    const body = method === "POST" ? '{"a":1}' : undefined;
    expect(await ask(method, `${ADMIN}/${path}`, body === undefined ? {} : { body })).toEqual(FROM_SYNAPSE);
    expect(passedOn()).toEqual([[method, `${ADMIN}/${path}`, body ?? ""]]);
    expect(synapse.requests[0]?.headers.authorization).toBe("Bearer token-of-@admin:example.test");
  });

  test("nothing is passed on for a user who is no administrator", async () => {
    expect(await ask("GET", `${ADMIN}/media/other.test/remote`, { by: "alice" })).toMatchObject({ status: 403 });
    expect(synapse.requests).toEqual([]);
  });

  test("media of ours is administered here alone", async () => {
    expect(await ask("GET", `${ADMIN}/media/example.test/${ours}`)).toMatchObject({
      body: { media_info: { media_id: ours } },
    });
    for (const verb of ["quarantine", "unquarantine"]) {
      expect(await ask("POST", `${ADMIN}/media/${verb}/example.test/${ours}`)).toEqual({ status: 200, body: {} });
    }
    for (const verb of ["protect", "unprotect"]) {
      expect(await ask("POST", `${ADMIN}/media/${verb}/${ours}`)).toEqual({ status: 200, body: {} });
    }
    expect(synapse.requests).toEqual([]);
  });

  test("lists and statistics are about this store", async () => {
    for (const path of ["users/@alice:example.test/media", "statistics/users/media", "media/quarantine_changes"]) {
      expect((await ask("GET", `${ADMIN}/${path}`)).status).toBe(200);
    }
    expect(synapse.requests).toEqual([]);
  });

  test("a user's media is quarantined here and there, and the numbers are added up", async () => {
    synapse.behave = answers(200, { num_quarantined: 40 });
    await administered.upload("one of dave's", { by: "dave" });
    await administered.upload("two of dave's", { by: "dave" });
    const path = `${ADMIN}/user/@dave:example.test/media/quarantine`;
    const answer = await ask("POST", path, { body: "{}" });
    expect(answer).toEqual({ status: 200, body: { num_quarantined: 42 } });
    expect(passedOn()).toEqual([["POST", path, "{}"]]);
  });

  test.each(["room/!room:example.test/media/quarantine", "quarantine_media/!room:example.test"])(
    "a room's media is quarantined here and there, and the numbers are added up: %s",
    async (path) => {
      synapse.behave = answers(200, { num_quarantined: 5 });
      administered.homeserver.answer("GET", `${ADMIN}/room/!room:example.test/media`, {
        body: {
          local: [`mxc://example.test/${ours}`, "mxc://example.test/fromBefore"],
          remote: ["mxc://other.test/a"],
        },
      });
      expect(await ask("POST", `${ADMIN}/${path}`)).toEqual({ status: 200, body: { num_quarantined: 6 } });
      expect(await administered.download(ours)).toBe(404);
    },
  );

  test("a refusal by Synapse reaches the client, and what was done here stays done", async () => {
    synapse.behave = answers(403, { errcode: "M_FORBIDDEN", error: "Not there" });
    const mediaId = await administered.upload("carol's", { by: "carol" });
    const answer = await ask("POST", `${ADMIN}/user/@carol:example.test/media/quarantine`);
    expect(answer).toEqual({ status: 403, body: { errcode: "M_FORBIDDEN", error: "Not there" } });
    expect(await administered.download(mediaId)).toBe(404);
  });

  test.each<[string, Behaviour]>([
    ["no number", answers(200, { num_quarantined: "many" })],
    ["no JSON", (req, res) => void req.once("end", () => res.end("<html>"))],
    ["an error without words", answers(500, {})],
    [
      "half an answer",
      (req, res) =>
        void req.once(
          "end",
          () => res.writeHead(200, { "Content-Length": 99 }).write("{") && setImmediate(() => res.destroy()),
        ),
    ],
  ])("%s from Synapse is 502", async (_, behave) => {
    synapse.behave = behave;
    const answer = await ask("POST", `${ADMIN}/user/@carol:example.test/media/quarantine`);
    expect(answer).toMatchObject({ status: 502, body: { errcode: "M_UNKNOWN" } });
  });

  test("quarantined media of Synapse's is seen by an administrator through the same parameter", async () => {
    synapse.behave = (req, res) => void req.once("end", () => sendJson(res, 200, {}));
    const query = "?admin_unsafely_bypass_quarantine=true";
    expect(await administered.download("fromBefore", { by: "admin", query })).toBe(200);
    expect(synapse.requests[0]?.url).toBe(`/_matrix/client/v1/media/download/example.test/fromBefore${query}`);
  });
});
