import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InProcessKnownUsers } from "../../src/coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator, type WhoamiAuthenticator } from "../../src/homeserver/who/whoami.ts";
import { captureLog } from "../support/captured-log.ts";
import { json, startStubHomeserver, type StubHomeserver } from "./stub-homeserver.ts";

let homeserver: StubHomeserver;
let authenticator: WhoamiAuthenticator;

beforeEach(async () => {
  homeserver = await startStubHomeserver();
  authenticator = createWhoamiAuthenticator({
    url: `${homeserver.url}/behind/`,
    log: captureLog(),
    serverName: "hs.test",
    known: new InProcessKnownUsers(),
  });
});
afterEach(async () => {
  await authenticator.close();
  await homeserver.stop();
});

const ask = async () => authenticator.whoIs({ token: "t" });

describe("the homeserver is asked", () => {
  test("The homeserver is asked under the path of its URL, for the named user and device, with the client's address and user agent", async () => {
    await authenticator.whoIs({
      token: "syt_a",
      userId: "@ghost&x=1:hs.test",
      deviceId: "D E",
      address: "2001:db8::1",
      userAgent: "Element/1.0 é",
    });
    const [request] = homeserver.requests;
    const url = new URL(request?.url ?? "", homeserver.url);
    expect(request?.method).toBe("GET");
    expect(url.pathname).toBe("/behind/_matrix/client/v3/account/whoami");
    expect([...url.searchParams]).toEqual([
      ["user_id", "@ghost&x=1:hs.test"],
      ["device_id", "D E"],
      ["org.matrix.msc3202.device_id", "D E"],
    ]);
    expect(request?.headers).toMatchObject({
      authorization: "Bearer syt_a",
      "x-forwarded-for": "2001:db8::1",
      "user-agent": "Element/1.0 é",
    });
  });

  test("The homeserver is asked without a query where the client gave none", async () => {
    await authenticator.whoIs({ token: "syt_a" });
    expect(homeserver.requests[0]?.url).toBe("/behind/_matrix/client/v3/account/whoami");
    expect(homeserver.requests[0]?.headers).not.toHaveProperty("x-forwarded-for");
  });

  test("The homeserver is asked in spite of an address and a user agent that no header can carry", async () => {
    await authenticator.whoIs({
      token: "syt_a",
      address: "1.2.3.4\r\nX-Evil: 1",
      userAgent: "a\r\nX-Evil: 1\u0000ż😀",
    });
    const headers = homeserver.requests[0]?.headers;
    expect(headers).not.toHaveProperty("x-evil");
    expect(headers).not.toHaveProperty("x-forwarded-for");
    expect(headers?.["user-agent"]).toMatch(/^a {2}X-Evil: 1 *$/);
  });

  test.each(["a b", "a\r\nX-Evil: 1", "ż", "\u0000", "", "a".repeat(4097)])(
    "for no token that is empty, very long, or of what no header can carry: %j is unknown",
    (token) => {
      expect(() => authenticator.whoIs({ token })).toThrow(
        expect.objectContaining({ status: 401, errcode: "M_UNKNOWN_TOKEN", fields: { soft_logout: false } }),
      );
      expect(homeserver.requests).toHaveLength(0);
    },
  );

  test.each([
    ["a user id", { userId: "a".repeat(256) }],
    ["a device id", { deviceId: "a".repeat(9000) }],
    ["a device id of few letters and many bytes", { deviceId: "ż".repeat(128) }],
  ])("The homeserver is not asked for an id that no user and no device can have: %s is refused", (_, ids) => {
    expect(() => authenticator.whoIs({ token: "syt_a", ...ids })).toThrow(
      expect.objectContaining({ code: "PARAMETER_TOO_LONG", status: 400, errcode: "M_INVALID_PARAM" }),
    );
    expect(homeserver.requests).toHaveLength(0);
  });

  test("The homeserver is asked with a head of less than 8 KiB, however much a client sends", async () => {
    await authenticator.whoIs({
      token: "a".repeat(4096),
      userId: "\u0001".repeat(255),
      deviceId: "\u0001".repeat(255),
      address: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
      userAgent: "a".repeat(10_000),
    });
    const [request] = homeserver.requests;
    const lines = Object.entries(request?.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    expect(`GET ${request?.url} HTTP/1.1\r\n${lines.join("")}\r\n`.length).toBeLessThan(8192);
  });
});

describe("an answer of 200", () => {
  test("says user, device and guest", async () => {
    homeserver.answer = json(200, { user_id: "@1:hs.test", device_id: "DEVICE", is_guest: true, "org.example": {} });
    expect(await authenticator.whoIs({ token: "t" })).toEqual({
      userId: "@1:hs.test",
      deviceId: "DEVICE",
      guest: true,
      appservice: false,
    });
  });

  test("tells an application service by its token alone, and leaves open what a token without a device of its own is", async () => {
    const appserviceToken = "token-of-the-appservice";
    const own = createWhoamiAuthenticator({
      url: homeserver.url,
      log: captureLog(),
      serverName: "hs.test",
      known: new InProcessKnownUsers(),
      appserviceToken,
    });
    homeserver.answer = json(200, { user_id: "@a:hs.test", device_id: "DEVICE" });
    expect(await own.whoIs({ token: appserviceToken, deviceId: "DEVICE" })).toMatchObject({ appservice: true });
    expect(await own.whoIs({ token: "t" })).toMatchObject({ appservice: false });
    expect(await own.whoIs({ token: "t", deviceId: "DEVICE" })).not.toHaveProperty("appservice");
    await own.close();
  });

  test("need not say more than the user", async () => {
    homeserver.answer = json(200, { user_id: "@as:hs.test", device_id: null });
    expect(await authenticator.whoIs({ token: "t" })).toEqual({ userId: "@as:hs.test", guest: false });
  });
});

describe("a refusal reaches the client to the letter", () => {
  test.each([
    [401, "M_UNKNOWN_TOKEN", '{"errcode":"M_UNKNOWN_TOKEN","error":"Access token has expired","soft_logout":true}'],
    [
      401,
      "M_USER_LOCKED",
      '{ "errcode": "M_USER_LOCKED",\n "error": "\\u017b", "soft_logout": true, "n": 12345678901234567890 }',
    ],
    [403, "M_FORBIDDEN", '{"errcode":"M_FORBIDDEN","error":"Application service cannot masquerade as this user"}'],
    [400, "M_UNKNOWN_DEVICE", '{"errcode":"M_UNKNOWN_DEVICE","error":"The application service has no such device"}'],
    [403, "ORG.EXAMPLE", '{"errcode":"ORG.EXAMPLE","error":"ż"}'],
  ])("%i %s %s", async (status, errcode, bodyText) => {
    homeserver.answer = json(status, bodyText);
    await expect(ask()).rejects.toMatchObject({ name: "MatrixError", status, errcode, bodyText });
    expect(() => authenticator.whoIs({ token: "t" })).toThrow(expect.objectContaining({ status, errcode, bodyText }));
    expect(homeserver.requests).toHaveLength(1);
  });

  test("A refusal reaches the client unchanged even when it is too long to be kept", async () => {
    const bodyText = JSON.stringify({ errcode: "M_FORBIDDEN", error: "a".repeat(5000) });
    homeserver.answer = json(403, bodyText);
    await expect(ask()).rejects.toMatchObject({ status: 403, bodyText });
    await expect(ask()).rejects.toMatchObject({ status: 403, bodyText });
    expect(homeserver.requests).toHaveLength(2);
  });
});
