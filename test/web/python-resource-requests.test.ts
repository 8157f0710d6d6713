import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawConnection } from "../http/support/raw-connection.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { python } from "./service.ts";

describe("requests to web resources of Python modules", () => {
  let service: TestService;
  beforeAll(async () => {
    const paths = {
      "/_synapse/client/leaf": "leaf",
      "/_synapse/client/upload": "upload",
      "/_synapse/client/who": "who",
    };
    service = await startTestService({
      config: { max_upload_size: "100M" },
      mediaBridge: { modules: [python(paths)] },
    });
  });
  afterAll(() => service.stop());
  const ask = (path: string, init?: Parameters<TestService["request"]>[1]) =>
    service.request(`/_synapse/client/${path}`, init);
  const statusWith = async (lines: number) => {
    const headers = Array.from({ length: lines - 1 }, (_item, index) => [`X-${index}`, ""] as const);
    return (await RawConnection.ask(service.port, { method: "GET", target: "/_synapse/client/leaf", headers })).status;
  };
  const who = async (path: string, init?: Parameters<TestService["request"]>[1]) => {
    const answer = await ask(path, init);
    return [answer.status, await answer.json()] as [number, Record<string, unknown>];
  };

  test("keep the headers that make them what they are, whatever Connection names", async () => {
    const headers = [
      ["Authorization", "Bearer token-of-alice"],
      ["Connection", "authorization, host, content-length"],
    ] as const;
    const answer = await RawConnection.ask(service.port, { method: "GET", target: "/_synapse/client/who", headers });
    expect([answer.status, answer.body.toString()]).toEqual([200, expect.stringContaining("@alice:")]);
  });

  test("take bodies with a length, without one, and after 100 Continue", async () => {
    const connection = await RawConnection.open(service.port);
    const target = "/_synapse/client/upload";
    connection.send({
      method: "PUT",
      target,
      headers: [
        ["Expect", "100-continue"],
        ["Content-Length", "5"],
      ],
    });
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).body.toString()).toContain('"length":5');
    connection.send({ method: "POST", target, headers: [["Transfer-Encoding", "chunked"]] });
    await connection.write("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    expect((await connection.answer()).body.toString()).toContain('"length":11');
    connection.send({ method: "POST", target });
    expect((await connection.answer()).body.toString()).toContain('"length":0');
    connection.socket.destroy();
  });

  test("refuse bodies over the limit before they are sent, and forms that would go to memory", async () => {
    const large = await RawConnection.ask(service.port, {
      method: "PUT",
      target: "/_synapse/client/upload",
      headers: [
        ["Content-Length", String(100 * 2 ** 20 + 1)],
        ["Expect", "100-continue"],
      ],
    });
    expect([large.status, large.body.toString()]).toEqual([413, expect.stringContaining("M_TOO_LARGE")]);
    const form = new FormData();
    form.set("file", new Blob(["x"]));
    const refused = await ask("upload", { method: "POST", body: form });
    expect([refused.status, await refused.text()]).toEqual([415, ""]);
  });

  test("may have the 500 header lines that any request may have, beside those that are added here", async () => {
    expect([await statusWith(500), await statusWith(501)]).toEqual([200, 431]);
  });

  test("answer on a socket that only this user reaches", () => {
    const mode = statSync(join(service.folder, "data", "sockets")).mode & 0o777;
    expect(mode).toBe(0o700);
  });

  test("know the user of an access token, as the service's own routes do", async () => {
    const alice = { user: "@alice:example.test", guest: false, device: null, entity: "@alice:example.test" };
    expect(await who("who", { as: "alice" })).toEqual([200, alice]);
    expect(await who("who?access_token=token-of-alice")).toEqual([200, alice]);
    expect(await who("who")).toEqual([401, { errcode: "M_MISSING_TOKEN", error: "Missing access token" }]);
    expect(await who("who?access_token=x", { as: "alice" })).toEqual([
      401,
      {
        errcode: "M_MISSING_TOKEN",
        error: "An access token was sent both in the Authorization header and in the query",
      },
    ]);
    expect(await who("who", { headers: { Authorization: "Basic x" } })).toEqual([
      401,
      { errcode: "M_MISSING_TOKEN", error: "The Authorization header is not of the form: Bearer <token>" },
    ]);
    expect(await who("who", { headers: { Authorization: "bearer token-of-alice" } })).toEqual([200, alice]);
    expect(await who("who?access_token=")).toMatchObject([401, { errcode: "M_UNKNOWN_TOKEN" }]);
    const long = "a".repeat(256);
    for (const name of ["user_id", "device_id", "org.matrix.msc3202.device_id"]) {
      expect(await who(`who?${name}=${long}`, { as: "alice" })).toMatchObject([400, { errcode: "M_INVALID_PARAM" }]);
    }
    expect(await who("who", { headers: { Authorization: "Bearer nobody" } })).toEqual([
      401,
      { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token passed.", soft_logout: false },
    ]);
    expect(await who("who", { as: "guest" })).toEqual([
      403,
      { errcode: "M_GUEST_ACCESS_FORBIDDEN", error: "Guest access not allowed" },
    ]);
    expect(await who("who?guests=yes", { as: "guest" })).toMatchObject([200, { guest: true }]);
  });

  test("are in the log of requests by their path, not by what is below it", async () => {
    await ask("leaf/a-file-name");
    const line = await service.log.waitFor(({ facts }) => facts["route"] === "/_synapse/client/leaf");
    expect(line.facts["status"]).toBe(200);
    expect(service.log.text()).not.toContain("a-file-name");
  });
});
