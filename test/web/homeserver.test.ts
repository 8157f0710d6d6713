import { afterAll, beforeAll, expect, test } from "vitest";
import { json, startStubHomeserver, type StubHomeserver } from "../homeserver/stub-homeserver.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { python } from "./service.ts";

const TYPESCRIPT = new URL("../fixtures/modules/web.ts", import.meta.url).pathname;

let homeserver: StubHomeserver;
let service: TestService;

beforeAll(async () => {
  homeserver = await startStubHomeserver();
  service = await startTestService({
    mediaBridge: {
      tokens_file: null,
      homeserver: { url: homeserver.url, timeout: "2s" },
      modules: [python({ "/py": "who" }), { typescript: TYPESCRIPT, config: { paths: ["/ts"] } }],
    },
  });
});
afterAll(async () => {
  await service?.stop();
  await homeserver?.stop();
});

/** Asks the module of each language who a token belongs to. */
async function whoIs(token: string, query = ""): Promise<[number, string | null, unknown][]> {
  const headers = { Authorization: `Bearer ${token}` };
  const answers = [];
  for (const path of [`/py${query}`, `/ts/who${query}`]) {
    const answer = await service.request(path, { headers });
    answers.push([answer.status, answer.headers.get("retry-after"), await answer.json()] as [
      number,
      string | null,
      unknown,
    ]);
  }
  return answers;
}

test("The homeserver says who it is, and is asked once for the service's routes and both languages", async () => {
  homeserver.answer = json(200, { user_id: "@bob:example.test", device_id: "PHONE" });
  homeserver.requests.length = 0;
  expect(await whoIs("first")).toEqual([
    [200, null, { user: "@bob:example.test", guest: false, device: "PHONE", entity: "@bob:example.test" }],
    [200, null, { userId: "@bob:example.test", deviceId: "PHONE", isGuest: false }],
  ]);
  await service.request("/_matrix/client/v1/media/config", { headers: { Authorization: "Bearer first" } });
  expect(homeserver.requests).toHaveLength(1);
  expect(homeserver.requests[0]?.headers["x-forwarded-for"]).toBe("127.0.0.1");
});

test("An application service is asked about with its user_id", async () => {
  homeserver.answer = (res, req) => {
    const user = new URL(req.url ?? "", "http://x").searchParams.get("user_id");
    json(200, { user_id: user })(res, req);
  };
  expect(await whoIs("as-token", "?user_id=@puppet:example.test")).toMatchObject([
    [200, null, { user: "@puppet:example.test" }],
    [200, null, { userId: "@puppet:example.test" }],
  ]);
});

test("Its refusals reach the client to the letter, whatever their code", async () => {
  const locked = { errcode: "M_USER_LOCKED", error: "Locked", soft_logout: true, "org.example.why": 1 };
  homeserver.answer = json(401, locked);
  expect(await whoIs("locked")).toEqual([
    [401, null, locked],
    [401, null, locked],
  ]);
  const expired = { errcode: "ORG_MATRIX_EXPIRED_ACCOUNT", error: "Expired" };
  homeserver.answer = json(403, expired);
  expect(await whoIs("expired")).toEqual([
    [403, null, expired],
    [403, null, expired],
  ]);
  const soft = { errcode: "M_UNKNOWN_TOKEN", error: "Access token has expired", soft_logout: true };
  homeserver.answer = json(401, soft);
  expect(await whoIs("soft")).toEqual([
    [401, null, soft],
    [401, null, soft],
  ]);
});

test("Where it is away the answer is 503 with Retry-After, and no token is in the log", async () => {
  homeserver.answer = (res) => void res.destroy();
  for (const [status, retryAfter, body] of await whoIs("secret-token")) {
    expect([status, retryAfter, body]).toEqual([
      503,
      "5",
      { errcode: "M_UNKNOWN", error: "The homeserver cannot be asked who you are, try again later" },
    ]);
  }
  expect(service.log.text()).not.toContain("secret-token");
});
