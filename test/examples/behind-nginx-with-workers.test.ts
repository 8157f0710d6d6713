import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { findFreePort } from "../support/free-port.ts";
import { findNginx } from "../support/servers/has-nginx.ts";
import { startProcess } from "../support/process.ts";
import { PROJECT } from "./example-service.ts";

const EXAMPLE = join(PROJECT, "examples/behind-nginx-with-workers");
const hasNginx = findNginx();

/** A server that says who it is. */
async function startStub(name: string): Promise<number> {
  const server = createServer((_req, res) => res.end(name));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.runIf(hasNginx)(
  "nginx sends what is decided to the service, other media to the media worker, the rest to the main process",
  async () => {
    const folder = createTemporaryFolder();
    const ports: Record<string, number> = {
      8800: await startStub("service"),
      8085: await startStub("media worker"),
      8008: await startStub("main process"),
      8880: await findFreePort(),
    };
    const conf = join(folder, "nginx.conf");
    const example = readFileSync(join(EXAMPLE, "nginx.conf"), "utf8");
    writeFileSync(
      conf,
      example.replaceAll(/127\.0\.0\.1:(\d+)/g, (_address, port: string) => `127.0.0.1:${ports[port]}`),
    );
    const nginx = await startProcess("nginx", ["-p", folder, "-c", conf], { ready: /start worker process \d+/ });
    onTestFinished(() => nginx.stop());
    const answers: Record<string, string> = {};
    const paths = {
      service: [
        "/_matrix/media/v3/upload",
        "/_matrix/media/v3/upload/example.test/abc",
        "/_matrix/media/v1/create",
        "/_matrix/client/v1/media/config",
        "/_matrix/media/r0/config",
        "/_synapse/client/media_upload_limit_exceeded",
      ],
      "media worker": [
        "/_matrix/media/v3/download/example.test/abc",
        "/_matrix/client/v1/media/download/example.test/abc",
        "/_matrix/client/v1/media/preview_url?url=x",
        "/_matrix/federation/v1/media/download/abc",
        "/_synapse/admin/v1/users/@a:example.test/media",
        "/_synapse/admin/v1/purge_media_cache",
        "/_synapse/admin/v1/media/quarantine/example.test/abc",
      ],
      "main process": [
        "/_matrix/client/versions",
        "/_matrix/client/v3/account/whoami",
        "/_matrix/client/v3/keys/upload",
        "/_synapse/admin/v1/statistics/users/media",
      ],
    };
    const expected = Object.entries(paths).flatMap(([name, list]) => list.map((path) => [path, name]));
    for (const [path = ""] of expected) {
      answers[path] = await (await fetch(`http://127.0.0.1:${ports["8880"]}${path}`)).text();
    }
    expect(answers).toEqual(Object.fromEntries(expected));
  },
);

test("The configuration asks the main process who a user is, and sends uploads to the media worker", () => {
  const { homeserver, upstream } = loadConfig([join(EXAMPLE, "media-bridge.yaml")]).config.mediaBridge;
  expect([homeserver?.url, upstream?.url, upstream?.mode]).toEqual(["http://127.0.0.1:8008", "http://127.0.0.1:8085", "guard"]); // prettier-ignore
});
