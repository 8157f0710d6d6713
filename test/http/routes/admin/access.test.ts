import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { portOf } from "../../support/bodies.ts";
import { RawConnection } from "../../support/raw-connection.ts";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";
import { startTestService, type TestService } from "../../../support/service.ts";

const ID = "abcdefghijklmnopqrstuvwx";
const ENDPOINTS = [
  ["GET", `media/example.test/${ID}`],
  ["POST", `media/quarantine/example.test/${ID}`],
  ["POST", `media/unquarantine/example.test/${ID}`],
  ["POST", `media/protect/${ID}`],
  ["POST", `media/unprotect/${ID}`],
  ["GET", "media/quarantine_changes"],
  ["GET", "room/!room:example.test/media"],
  ["POST", "room/!room:example.test/media/quarantine"],
  ["POST", "quarantine_media/!room:example.test"],
  ["POST", "user/@bob:example.test/media/quarantine"],
  ["GET", "users/@bob:example.test/media"],
  ["GET", "statistics/users/media"],
] as const;

let main: TestService;
let administered: AdministeredService;
beforeAll(async () => {
  main = await startTestService();
  administered = await startAdministered();
});
afterAll(async () => {
  await main.stop();
  await administered.stop();
});

describe.each(ENDPOINTS)("%s %s", (method, path) => {
  test("is for administrators alone, and says nothing to others", async () => {
    const init = { method };
    const target = `${ADMIN}/${path}`;
    const [nobody, user, guest] = [
      await main.request(target, init),
      await main.request(target, { ...init, as: "alice" }),
      await main.request(target, { ...init, as: "guest" }),
    ];
    expect([nobody.status, await nobody.json()]).toMatchObject([401, { errcode: "M_MISSING_TOKEN" }]);
    expect([user.status, await user.json()]).toEqual([
      403,
      { errcode: "M_FORBIDDEN", error: "Only an administrator of the homeserver may do this" },
    ]);
    expect([guest.status, await guest.json()]).toMatchObject([403, { errcode: "M_GUEST_ACCESS_FORBIDDEN" }]);
    expect(nobody.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("answers the preflight of a page of another origin, and refuses other methods", async () => {
    const preflight = await main.request(`${ADMIN}/${path}`, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("DELETE");
    expect((await main.request(`${ADMIN}/${path}`, { method: "PUT", as: "admin" })).status).toBe(405);
  });
});

test("A user may not see, quarantine or list what another user uploaded, nor the own media by these paths", async () => {
  const { ask, upload, download } = administered;
  const mediaId = await upload("alice's own");
  for (const by of ["alice", "bob"]) {
    expect(await ask("GET", `${ADMIN}/media/example.test/${mediaId}`, { by })).toMatchObject({ status: 403 });
    expect(await ask("GET", `${ADMIN}/users/@alice:example.test/media`, { by })).toMatchObject({ status: 403 });
    const quarantine = await ask("POST", `${ADMIN}/media/quarantine/example.test/${mediaId}`, { by });
    expect(quarantine).toMatchObject({ status: 403 });
  }
  expect(await download(mediaId)).toBe(200);
});

test("An administrator whose token was revoked, or who is none any more, is refused", async () => {
  const { ask, homeserver, stop } = await startAdministered();
  const path = `${ADMIN}/media/example.test/${ID}`;
  homeserver.answer("GET", "/_synapse/admin/v2/users/@admin:example.test", {
    status: 401,
    body: { errcode: "M_UNKNOWN_TOKEN", error: "Access token has expired", soft_logout: false },
  });
  expect(await ask("GET", path)).toEqual({
    status: 401,
    body: { errcode: "M_UNKNOWN_TOKEN", error: "Access token has expired", soft_logout: false },
  });
  await stop();
});

test("Without an answer of the homeserver every user is refused, and the answer names no token", async () => {
  const { ask, homeserver, service, stop } = await startAdministered();
  homeserver.answer("GET", "/_synapse/admin/v2/users/@admin:example.test", { status: 502, body: {} });
  const answer = await ask("GET", `${ADMIN}/statistics/users/media`);
  expect(answer).toMatchObject({ status: 503, body: { errcode: "M_UNKNOWN" } });
  expect(JSON.stringify([answer, service.log.lines])).not.toContain("token-of-");
  await stop();
});

describe("The body of a request", () => {
  test.each([
    "{}",
    "no JSON",
    JSON.stringify({ id: ID, quarantined_by: null, nested: { a: [1] } }),
    "x".repeat(300_000),
  ])("means nothing, and is read to its end (%#)", async (body) => {
    const connection = await RawConnection.open(main.port);
    const headers = [["Authorization", "Bearer token-of-admin"]] as const;
    connection.send({ method: "POST", target: `${ADMIN}/media/quarantine/example.test/${ID}`, headers, body });
    expect((await connection.answer()).status).toBe(200);
    connection.send({ method: "GET", target: "/health", headers: [] });
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("is not asked for where the client waits to be told to send it", async () => {
    const connection = await RawConnection.open(main.port);
    connection.send({
      method: "POST",
      target: `${ADMIN}/media/quarantine/example.test/${ID}`,
      headers: [
        ["Authorization", "Bearer token-of-admin"],
        ["Expect", "100-continue"],
        ["Content-Length", "5"],
      ],
    });
    const answer = await connection.answer();
    expect([answer.status, answer.headers["connection"]]).toEqual([200, "close"]);
    expect(await connection.closed).toBe("closed");
  });
});

test("Room and user ids are read encoded and as they are", async () => {
  const { ask, homeserver, upload } = administered;
  await upload("bob's", { by: "bob" });
  homeserver.answer("GET", `${ADMIN}/room/!a/b+c:example.test/media`, { body: { local: [], remote: [] } });
  for (const room of ["!a%2Fb+c:example.test", "%21a%2Fb%2Bc%3Aexample.test"]) {
    expect(await ask("GET", `${ADMIN}/room/${room}/media`)).toMatchObject({ status: 200 });
  }
  for (const user of ["@bob:example.test", "%40bob%3Aexample.test"]) {
    expect(await ask("GET", `${ADMIN}/users/${user}/media`)).toMatchObject({ status: 200, body: { total: 1 } });
  }
  const invalid = { status: 400, body: { errcode: "M_INVALID_PARAM" } };
  expect(await ask("GET", `${ADMIN}/users/%ff/media`)).toMatchObject(invalid);
});

test("A room id that a server could take for a path leads nowhere", async () => {
  const { service, homeserver } = administered;
  const headers = [["Authorization", `Bearer ${homeserver.tokenOf("@admin:example.test")}`]] as const;
  for (const room of ["%2e%2e", "%2E", ".."]) {
    const target = `${ADMIN}/room/${room}/media`;
    const { status, body } = await RawConnection.ask(service.port, { method: "GET", target, headers });
    expect([status, JSON.parse(body.toString())]).toEqual([200, { local: [], remote: [] }]);
  }
});

test("What can be no media id of this server is unknown, and reaches no query", async () => {
  const { ask, upload } = administered;
  const mediaId = await upload("ours");
  for (const path of [`other.test/${mediaId}`, "example.test/a%2Fb", "example.test/a%2F..%2Fb", "example.test/"]) {
    expect(await ask("GET", `${ADMIN}/media/${path}`)).toMatchObject({ status: 404, body: { errcode: "M_NOT_FOUND" } });
    expect(await ask("POST", `${ADMIN}/media/quarantine/${path}`)).toEqual({ status: 200, body: {} });
  }
});

test("A path that is not exactly one of Synapse's is unknown", async () => {
  for (const path of ["media", `media/protect/${ID}/`, "quarantine_media", "users/@bob:example.test/media/x"]) {
    const answer = await main.request(`${ADMIN}/${path}`, { as: "admin" });
    expect([answer.status, await answer.json()]).toMatchObject([404, { errcode: "M_UNRECOGNIZED" }]);
  }
});

test("A homeserver's address that leads back to the service is named as the fault, and asked once", async () => {
  const path = `${ADMIN}/room/!room:example.test/media`;
  // A proxy that sends administration of media to the service, also where the service itself asks.
  const targets = { service: "", homeserver: "" };
  let asked = 0;
  const proxy = createServer((req, res) => {
    const isOurs = req.url?.startsWith(ADMIN) === true;
    if (isOurs) asked += 1;
    const headers = { Authorization: req.headers.authorization ?? "", "User-Agent": req.headers["user-agent"] ?? "" };
    fetch((isOurs ? targets.service : targets.homeserver) + req.url, { headers }).then(
      async (answer) => res.writeHead(answer.status).end(await answer.text()),
      () => res.destroy(),
    );
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const { homeserver, service, ask, stop } = await startAdministered({
    mediaBridge: { homeserver: { url: `http://127.0.0.1:${portOf(proxy)}` } },
  });
  Object.assign(targets, { service: service.url, homeserver: homeserver.url });
  for (const [method, target] of [
    ["GET", path],
    ["POST", `${path}/quarantine`],
  ] as const) {
    asked = 0;
    const { status, body } = await ask(method, target);
    expect([status, body["error"]]).toEqual([508, expect.stringContaining("media_bridge.homeserver.url leads back")]);
    expect(asked).toBe(1);
  }
  await stop();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});
