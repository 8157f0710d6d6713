import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawConnection } from "../http/support/raw-connection.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { startGuard } from "../guard/support/guard-service.ts";
import { python } from "./service.ts";

/** Answers with the headers that it sees, wherever they can be read. */
const ECHO = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "echo",
  setup(api) {
    api.registerWebResource("/_synapse/client/ts", (request, response) => {
      const { headers, headersDistinct, rawHeaders } = request;
      response.end(JSON.stringify({ headers, headersDistinct, rawHeaders }));
    });
  },
});
`;
const CLAIMS = [
  ["X-Forwarded-For", "9.9.9.9"],
  ["x-forwarded-for", "8.8.8.8"],
  ["X-Forwarded-Proto", "https"],
  ["X-Forwarded-Host", "evil.test"],
  ["X-Forwarded-Port", "4711"],
  ["Forwarded", "for=9.9.9.9"],
  ["X-Real-IP", "9.9.9.9"],
  ["True-Client-IP", "9.9.9.9"],
  ["X-Kept", "kept"],
] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  writeFileSync(join(folder, "echo.ts"), ECHO);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startEcho = (xForwarded: boolean) =>
  startTestService({
    config: { modules: [{ typescript: join(folder, "echo.ts") }, python({ "/_synapse/client/py": "leaf" })] },
    mediaBridge: { listen: { host: "127.0.0.1", port: 0, x_forwarded: xForwarded } },
  });

async function seenAt(service: TestService, target: string): Promise<string> {
  return (await RawConnection.ask(service.port, { method: "GET", target, headers: CLAIMS })).body.toString();
}

describe("what a client says of itself in the name of a proxy", () => {
  test.each(["/_synapse/client/ts", "/_synapse/client/py"])(
    "never reaches the handler of a service without such a proxy: %s",
    async (target) => {
      const service = await startEcho(false);
      const seen = await seenAt(service, target);
      expect(seen).toContain("kept");
      expect(seen).not.toMatch(/9\.9\.9\.9|8\.8\.8\.8|evil|4711|"https"/);
      await service.stop();
    },
  );

  test.each(["/_synapse/client/ts", "/_synapse/client/py"])(
    "reaches it behind a proxy that is believed: %s",
    async (target) => {
      const service = await startEcho(true);
      const seen = await seenAt(service, target);
      for (const value of ["9.9.9.9", "evil.test", "4711", "https"]) expect(seen).toContain(value);
      await service.stop();
    },
  );

  test("never reaches a guarded Synapse", async () => {
    const guard = await startGuard();
    await RawConnection.ask(guard.service.port, {
      method: "GET",
      target: "/_matrix/client/v1/media/download/example.test/abc",
      headers: CLAIMS,
    });
    const seen = JSON.stringify(guard.synapse.requests[0]?.rawHeaders);
    expect(seen).toContain("kept");
    expect(seen).not.toMatch(/9\.9\.9\.9|8\.8\.8\.8|evil|4711/);
    await guard.stop();
  });
});
