import { expect, test } from "vitest";
import { createTokensFileAuthenticator } from "../../src/homeserver/who/tokens-file.ts";

const authenticator = createTokensFileAuthenticator(
  new Map([
    ["token-of-alice", { userId: "@alice:hs.test", admin: true, guest: false }],
    ["token-of-a-guest", { userId: "@1:hs.test", admin: false, guest: true }],
  ]),
);

test("a token of the file is its owner, known at once", () => {
  expect(authenticator.whoIs({ token: "token-of-alice" })).toEqual({
    userId: "@alice:hs.test",
    admin: true,
    guest: false,
    appservice: false,
  });
  expect(authenticator.whoIs({ token: "token-of-a-guest" })).toEqual({
    userId: "@1:hs.test",
    admin: false,
    guest: true,
    appservice: false,
  });
});

test("user_id and device_id do not turn a user into another one", () => {
  const requester = authenticator.whoIs({ token: "token-of-alice", userId: "@bob:hs.test", deviceId: "DEVICE" });
  expect(requester).toEqual({ userId: "@alice:hs.test", admin: true, guest: false, appservice: false });
});

test.each(["token-of", "TOKEN-OF-ALICE", "__proto__", "żółć\u0000"])("the token %j is unknown", (token) => {
  expect(() => authenticator.whoIs({ token })).toThrow(
    expect.objectContaining({ status: 401, errcode: "M_UNKNOWN_TOKEN", fields: { soft_logout: false } }),
  );
});
