import { afterEach, describe, expect, test } from "vitest";
import { RawConnection } from "../../http/support/raw-connection.ts";
import { startGuard, type GuardService } from "../support/guard-service.ts";

const DOWNLOAD = "/_matrix/client/v1/media/download/example.test/abc";
const UPLOAD = "/_matrix/media/v3/upload";

let guard: GuardService;
afterEach(() => guard.stop());

/** A guard with four connections; a request waits this long for one. */
async function startWith(connectTimeoutMs: number, mediaBridge: Record<string, unknown> = {}): Promise<void> {
  guard = await startGuard({
    mediaBridge: { ...mediaBridge, upstream: { max_connections: 4, connect_timeout: connectTimeoutMs } },
  });
}

const arrived = (path: string) => guard.synapse.requests.filter(({ url }) => url === path).length;

describe("Clients that send their bodies in drops", () => {
  const leave: (() => void)[] = [];
  // Before the guard is stopped, which would wait for them.
  afterEach(() => leave.splice(0).forEach((go) => go()));

  async function drip(count: number, head: string): Promise<void> {
    for (let opened = 0; opened < count; opened += 1) {
      const { socket } = await RawConnection.open(guard.service.port);
      socket.on("error", () => undefined).write(`${head}\r\n\r\n`);
      const dripping = setInterval(() => socket.write("x"), 20);
      leave.push(() => {
        clearInterval(dripping);
        socket.destroy();
      });
    }
  }

  test("take no connection from downloads before these are there, where they are small", async () => {
    await startWith(100);
    await drip(2, "POST /_synapse/admin/v1/media/protect/abc HTTP/1.1\r\nHost: a\r\nContent-Length: 200000");
    for (let request = 1; request <= 5; request += 1) {
      expect((await guard.service.request(DOWNLOAD)).status).toBe(404);
    }
    expect(arrived("/_synapse/admin/v1/media/protect/abc")).toBe(0);
  });

  test.each([
    ["/_synapse/admin/v1/media/protect/abc", 2],
    [UPLOAD, 3],
  ])("keep no connection, where they are large: POST %s", async (target, count) => {
    await startWith(20_000, { upload: { idle_timeout: 300 } });
    const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice`;
    await drip(count, `${head}\r\nContent-Length: 300000`);
    await guard.synapse.seen(({ url, end }) => url === target && end === "broken");
    expect((await guard.service.request(DOWNLOAD)).status).toBe(404);
  });
});
