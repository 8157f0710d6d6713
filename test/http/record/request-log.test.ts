import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogLine } from "../../support/captured-log.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { RawConnection } from "../support/raw-connection.ts";

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ config: { max_upload_size: 1000 } });
});
afterAll(() => service.stop());

/** The lines of the requests that `act` makes: as many as it says. */
async function linesOf(count: number, act: () => Promise<unknown>): Promise<LogLine["facts"][]> {
  const before = service.log.lines.length;
  await act();
  const lines = () => service.log.lines.slice(before).filter(({ message }) => message === "request");
  await service.log.waitFor(() => lines().length === count);
  return lines().map(({ facts }) => facts);
}

describe("the log", () => {
  test("has one line for each request, with an id of its own, the route, the status and the time it took", async () => {
    const lines = await linesOf(3, async () => {
      const mediaId = await service.upload("text");
      await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "bob" });
      await service.request("/nowhere", { method: "DELETE" });
    });
    expect(lines).toEqual([
      {
        request: expect.any(Number) as unknown,
        requestId: expect.any(String) as unknown,
        method: "POST",
        route: "/_matrix/media/…/upload",
        status: 200,
        ms: expect.any(Number) as unknown,
      },
      {
        request: expect.any(Number) as unknown,
        requestId: expect.any(String) as unknown,
        method: "GET",
        route: "/_matrix/client/v1/media/download/{serverName}/{mediaId}",
        status: 200,
        ms: expect.any(Number) as unknown,
      },
      {
        request: expect.any(Number) as unknown,
        requestId: expect.any(String) as unknown,
        method: "DELETE",
        route: "unknown",
        status: 404,
        ms: expect.any(Number) as unknown,
        errcode: "M_UNRECOGNIZED",
        code: "UNRECOGNIZED",
        declaredBytes: 0,
        receivedBytes: 0,
      },
    ]);
    expect(new Set(lines.map(({ request }) => request)).size).toBe(3);
  });

  test("tells the errcode of a refusal", async () => {
    const [line] = await linesOf(1, () =>
      service.request("/_matrix/media/v3/upload", { as: "alice", method: "POST", body: "x".repeat(1001) }),
    );
    expect(line).toMatchObject({ status: 413, errcode: "M_TOO_LARGE" });
  });

  test.each(["download", "thumbnail"])("tells whose %s was refused", async (kind) => {
    const [line] = await linesOf(1, () =>
      service.request(`/_matrix/client/v1/media/${kind}/example.test/nothing?width=9&height=9`, { as: "bob" }),
    );
    expect(line).toMatchObject({ status: 404, user: "@bob:example.test" });
  });

  test("tells of a client that left before it had its answer", async () => {
    const [line] = await linesOf(1, async () => {
      const connection = await RawConnection.open(service.port);
      const headers = [
        ["Authorization", "Bearer token-of-alice"],
        ["Content-Length", "100"],
        ["Expect", "100-continue"],
      ] as const;
      connection.send({ method: "POST", target: "/_matrix/media/v3/upload", headers });
      await connection.continued();
      connection.socket.destroy();
    });
    expect(line).toMatchObject({ route: "/_matrix/media/…/upload", aborted: true });
  });

  test("never holds a token, a file name or a media id's path", async () => {
    const secret = "s3cr3t";
    const mediaId = await service.upload("text", { query: `?filename=${secret}.txt` });
    const download = `/_matrix/client/v1/media/download/example.test/${mediaId}/${secret}.txt`;
    await linesOf(5, async () => {
      await service.request(download, { as: "bob" });
      await service.request(`/_matrix/client/v1/media/config?access_token=${secret}`);
      await service.request("/_matrix/client/v1/media/config", {
        headers: { Authorization: `Bearer ${secret}`, "X-Forwarded-For": secret },
      });
      await service.request(`/${secret}?${secret}=${secret}`, { headers: { Cookie: secret, "User-Agent": secret } });
      await service.request(`/_matrix/media/v3/upload?filename=${secret}%FF`, {
        as: "alice",
        method: "POST",
        body: secret,
      });
    });
    expect(service.log.text()).not.toMatch(/s3cr3t|token-of-/);
  });
});
