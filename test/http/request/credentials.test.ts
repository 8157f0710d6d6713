import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startTestService, type TestService } from "../../support/service.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { startStubHomeserver, type StubHomeserver } from "../support/stub-homeserver.ts";

const CONFIG = "/_matrix/client/v1/media/config";

describe("an access token", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const ask = async (query: string, authorization?: string) => {
    const response = await service.request(
      CONFIG + query,
      authorization === undefined ? {} : { headers: { Authorization: authorization } },
    );
    const { errcode } = z.object({ errcode: z.string().optional() }).parse(await response.json());
    return errcode === undefined ? [response.status] : [response.status, errcode];
  };

  test.each([
    ["in the header", "", "Bearer token-of-alice", [200]],
    ["in the header, with the scheme in capitals", "", "BEARER token-of-alice", [200]],
    ["in the query", "?access_token=token-of-alice", undefined, [200]],
    ["in the query, percent-encoded", "?access_token=token%2dof%2Dalice", undefined, [200]],
    ["twice in the query, of which the first counts", "?access_token=token-of-alice&access_token=no", undefined, [200]],
    [
      "in both places, which is refused",
      "?access_token=token-of-alice",
      "Bearer token-of-alice",
      [401, "M_MISSING_TOKEN"],
    ],
    ["that is empty in the query", "?access_token=", undefined, [401, "M_UNKNOWN_TOKEN"]],
    ["behind two spaces", "", "Bearer  token-of-alice", [401, "M_MISSING_TOKEN"]],
    ["of two words", "", "Bearer token-of-alice x", [401, "M_MISSING_TOKEN"]],
    ["of no user", "", "Bearer no", [401, "M_UNKNOWN_TOKEN"]],
    ["that differs from a user's in one letter", "", "Bearer token-of-alicE", [401, "M_UNKNOWN_TOKEN"]],
    ["that is badly encoded in the query", "?access_token=%ff", undefined, [401, "M_UNKNOWN_TOKEN"]],
  ])("is read %s", async (_, query, authorization, expected) => {
    expect(await ask(query, authorization)).toEqual(expected);
  });
});

describe("a request whose credentials are refused without asking the homeserver", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const ask = async (target: string, ...authorizations: string[]) => {
    const headers = authorizations.map((value) => ["Authorization", value] as const);
    const { status, body } = await RawConnection.ask(service.port, { method: "GET", target, headers });
    const { errcode, error } = z.object({ errcode: z.string(), error: z.string() }).parse(JSON.parse(body.toString()));
    return [status, errcode, error];
  };

  test("is refused where two Authorization headers came, whichever is right", async () => {
    const refusal = [401, "M_MISSING_TOKEN", "More than one Authorization header was sent"];
    expect(await ask(CONFIG, "Bearer token-of-alice", "Bearer token-of-bob")).toEqual(refusal);
    expect(await ask(CONFIG, "Bearer token-of-alice", "Bearer token-of-alice")).toEqual(refusal);
    expect(await ask(CONFIG, "Basic eA==", "Bearer token-of-alice")).toEqual(refusal);
  });

  test("is told that a token came both in the header and in the query", async () => {
    const [status, errcode, error] = await ask(`${CONFIG}?access_token=token-of-alice`, "Bearer token-of-alice");
    expect([status, errcode]).toEqual([401, "M_MISSING_TOKEN"]);
    expect(error).toContain("both in the Authorization header and in the query");
  });

  test.each(["user_id", "device_id", "org.matrix.msc3202.device_id"])(
    "is refused where %s has more than 255 bytes",
    async (name) => {
      for (const value of ["a".repeat(256), "%c5%bc".repeat(128)]) {
        const answer = await ask(`${CONFIG}?${name}=${value}`, "Bearer token-of-alice");
        expect(answer.slice(0, 2)).toEqual([400, "M_INVALID_PARAM"]);
      }
    },
  );
});

describe("a homeserver that is asked who is asking", () => {
  let homeserver: StubHomeserver;
  const start = (xForwarded: boolean) =>
    startTestService({
      mediaBridge: {
        tokens_file: undefined,
        homeserver: { url: homeserver.url, cache_for: 0, negative_cache_for: 0 },
        listen: { host: "127.0.0.1", port: 0, x_forwarded: xForwarded },
      },
    });
  const forwarded = {
    Authorization: "Bearer token-of-alice",
    "X-Forwarded-For": "203.0.113.7, 10.0.0.1",
    "User-Agent": "Element/1",
  };
  beforeAll(async () => {
    homeserver = await startStubHomeserver();
  });
  afterAll(() => homeserver.stop());

  test.each([
    ["behind a proxy: the first address of X-Forwarded-For", true, "203.0.113.7"],
    ["without one: the connection's own, whatever the client claims", false, "127.0.0.1"],
  ])("is told the client's address, %s", async (_, xForwarded, address) => {
    const service = await start(xForwarded);
    try {
      expect((await service.request(CONFIG, { headers: forwarded })).status).toBe(200);
      expect(homeserver.questions.at(-1)?.headers).toMatchObject({
        "x-forwarded-for": address,
        "user-agent": "Element/1",
      });
    } finally {
      await service.stop();
    }
  });

  test("is told as which user and device an application service acts", async () => {
    const service = await start(false);
    try {
      const query = "?user_id=%40ghost%3Aexample.test&device_id=D";
      await service.request(CONFIG + query, { headers: { Authorization: "Bearer token-of-as" } });
      expect(homeserver.questions.at(-1)?.url).toContain("user_id=%40ghost%3Aexample.test&device_id=D");
    } finally {
      await service.stop();
    }
  });

  test("closes what is for users to guests that it tells of", async () => {
    const service = await start(false);
    try {
      const asGuest = { headers: { Authorization: "Bearer token-of-guest" } };
      const response = await service.request(CONFIG, asGuest);
      expect([response.status, await response.json()]).toMatchObject([403, { errcode: "M_GUEST_ACCESS_FORBIDDEN" }]);
      expect(
        (await service.request("/_matrix/client/v1/media/download/example.test/abcdefghijklmnopqrstuvwx", asGuest))
          .status,
      ).toBe(404);
    } finally {
      await service.stop();
    }
  });

  test("makes requests fail with 503, never 401, while it cannot be reached", async () => {
    const gone = await startStubHomeserver();
    await gone.stop();
    const service = await startTestService({ mediaBridge: { tokens_file: undefined, homeserver: { url: gone.url } } });
    try {
      const response = await service.request(CONFIG, { as: "alice" });
      expect([response.status, await response.json()]).toMatchObject([503, { errcode: "M_UNKNOWN" }]);
      expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
    } finally {
      await service.stop();
    }
  });
});
