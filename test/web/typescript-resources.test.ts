import { request } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { RawConnection } from "../http/support/raw-connection.ts";
import { startWith } from "./service.ts";

const MODULE = new URL("../fixtures/modules/web.ts", import.meta.url).pathname;

describe("web resources of TypeScript modules", () => {
  let service: TestService;
  beforeAll(async () => {
    const config = { paths: ["/_synapse/client/ts", "/_synapse/client/ts/deeper"], router: "/_synapse/client/router" };
    service = await startTestService({ mediaBridge: { modules: [{ typescript: MODULE, config }] } });
  });
  afterAll(() => service.stop());
  const ask = async (path: string, init?: Parameters<TestService["request"]>[1]) => {
    const answer = await service.request(`/_synapse/client/${path}`, init);
    return [answer.status, await answer.json()] as [number, Record<string, unknown>];
  };

  test("see what follows their path, and the whole", async () => {
    expect(await ask("ts/a%20b/?x=1")).toMatchObject([
      200,
      { url: "/a%20b/?x=1", originalUrl: "/_synapse/client/ts/a%20b/?x=1", baseUrl: "/_synapse/client/ts" },
    ]);
    expect(await ask("ts?x=1")).toMatchObject([200, { url: "/?x=1" }]);
    expect(await ask("tsx")).toMatchObject([404, { errcode: "M_UNRECOGNIZED" }]);
  });

  test("are found by the longest path", async () => {
    expect(await ask("ts/deeper/x")).toMatchObject([200, { url: "/x", baseUrl: "/_synapse/client/ts/deeper" }]);
  });

  test("stream bodies, and clients that expect it are told to continue", async () => {
    expect(await ask("ts", { method: "POST", body: "hello" })).toMatchObject([200, { length: 5 }]);
    const connection = await RawConnection.open(service.port);
    const headers = [
      ["Expect", "100-continue"],
      ["Content-Length", "5"],
    ] as const;
    connection.send({ method: "PUT", target: "/_synapse/client/ts", headers });
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("refuse with a MatrixError, and answer 500 for any other", async () => {
    expect(await ask("ts/refuse")).toEqual([418, { errcode: "ORG_EXAMPLE_TEA", error: "Tea only" }]);
    expect(await ask("ts/fail")).toEqual([500, { errcode: "M_UNKNOWN", error: "Internal server error" }]);
    const line = await service.log.waitFor(({ message }) => message === "a web resource failed");
    expect(line.facts).toMatchObject({ module: "web-fixture", path: "/_synapse/client/ts" });
    expect((line.facts["err"] as Error).message).toBe("secret of the handler");
  });

  test("do not fail where a client leaves in the middle of its body", async () => {
    const path = "/_synapse/client/ts/deeper";
    const connection = await RawConnection.open(service.port);
    connection.send({ method: "POST", target: path, headers: [["Content-Length", "100"]], body: "half of it" });
    connection.socket.resetAndDestroy();
    await service.log.waitFor(({ facts }) => facts["route"] === path && facts["aborted"] === true);
    // What fails afterwards is logged afterwards.
    await ask("ts/fail");
    await service.log.waitFor(({ facts, message }) => message === "request" && facts["status"] === 500);
    const failed = service.log.lines.filter(({ message }) => message === "a web resource failed");
    expect(failed.filter(({ facts }) => facts["path"] === path)).toEqual([]);
  });

  test("may be routers of Express's, whose errors and unknown paths are answered in Matrix form", async () => {
    expect(await ask("router/items/a%20b")).toEqual([200, { id: "a b" }]);
    expect(await ask("router/nothing")).toEqual([404, { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" }]);
    expect(await ask("router/refuse", { method: "POST" })).toEqual([
      413,
      { errcode: "M_UNKNOWN", error: "too much of it" },
    ]);
    expect(await ask("router/fail")).toEqual([500, { errcode: "M_UNKNOWN", error: "Internal server error" }]);
  });

  test("know the user of an access token", async () => {
    expect(await ask("ts/who", { as: "bob" })).toEqual([200, { userId: "@bob:example.test", isGuest: false }]);
    expect(await ask("ts/who?access_token=token-of-bob")).toMatchObject([200, { userId: "@bob:example.test" }]);
    expect(await ask("ts/who")).toMatchObject([401, { errcode: "M_MISSING_TOKEN" }]);
    expect(await ask("ts/who?access_token=x")).toMatchObject([401, { errcode: "M_UNKNOWN_TOKEN" }]);
    expect(await ask("ts/who", { as: "guest" })).toMatchObject([403, { errcode: "M_GUEST_ACCESS_FORBIDDEN" }]);
    expect(await ask("ts/who?guests", { as: "guest" })).toMatchObject([200, { isGuest: true }]);
  });
});

test("A resource of a TypeScript module may come late", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-late-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const late = join(folder, "now");
  const service = await startWith([{ typescript: MODULE, config: { paths: ["/late"], late } }]);
  expect((await service.request("/late")).status).toBe(404);
  writeFileSync(late, "");
  while ((await service.request("/late")).status !== 200);
  expect(await (await service.request("/late")).json()).toMatchObject({ by: "typescript" });
});

test("A client that stops sending in the middle of a body for a TypeScript resource is cut off", async () => {
  const config = { paths: ["/ts"] };
  const service = await startWith([{ typescript: MODULE, config }], {
    mediaBridge: { upload: { idle_timeout: 100 } },
  });
  const stalled = request(`${service.url}/ts`, { method: "PUT", headers: { "Content-Length": 100 } });
  stalled.write("x");
  const [error] = (await once(stalled, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
});
