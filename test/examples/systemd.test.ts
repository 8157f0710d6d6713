import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const UNIT = readFileSync(
  fileURLToPath(new URL("../../examples/systemd/media-bridge.service", import.meta.url)),
  "utf8",
);
const PROGRAM = "/opt/media-bridge/node_modules/.bin/media-bridge";

const SOCKET = readFileSync(
  fileURLToPath(new URL("../../examples/systemd/media-bridge.socket", import.meta.url)),
  "utf8",
);

/** What systemd says of a unit, with a program in it that is there. */
async function verify(unit: string): Promise<{ exitCode: number | undefined; stderr: string }> {
  const path = join(createTemporaryFolder(), "media-bridge.service");
  writeFileSync(path, unit.replace(PROGRAM, process.execPath));
  const { exitCode, stderr } = await execa("systemd-analyze", ["verify", "--man=no", path], { reject: false });
  return { exitCode, stderr };
}

test("The unit is one that systemd finds nothing wrong with", async () => {
  expect(UNIT).toContain(`ExecStart=${PROGRAM} start `);
  expect(await verify(UNIT)).toEqual({ exitCode: 0, stderr: "" });
  const broken = await verify(UNIT.replace("KillMode=mixed", "KillMode=main"));
  expect(broken.stderr).toContain("kill mode");
});

test("The socket unit is one that systemd finds nothing wrong with, and has the address that the service has by default", async () => {
  const folder = createTemporaryFolder();
  const socket = join(folder, "media-bridge.socket");
  writeFileSync(join(folder, "media-bridge.service"), UNIT.replace(PROGRAM, process.execPath));
  const verifySocket = async (text: string) => {
    writeFileSync(socket, text);
    const { exitCode, stderr } = await execa("systemd-analyze", ["verify", "--man=no", socket], { reject: false });
    return { exitCode, stderr };
  };
  expect(await verifySocket(SOCKET)).toEqual({ exitCode: 0, stderr: "" });
  expect((await verifySocket(SOCKET.replace("Backlog=4096", "Backlog=many"))).stderr).toContain(
    "Failed to parse unsigned value",
  );
  const path = join(folder, "media-bridge.yaml");
  writeFileSync(path, JSON.stringify({ server_name: "example.test", media_bridge: { tokens_file: "./tokens.yaml" } }));
  const { listen } = loadConfig([path]).config.mediaBridge;
  expect(listen).toMatchObject({ host: "127.0.0.1", port: 8800 });
  expect(SOCKET).toContain("ListenStream=127.0.0.1:8800\n");
});

test("The unit gives the service more time to stop than it takes, reloads it, and lets it end its children itself", () => {
  const folder = createTemporaryFolder();
  const path = join(folder, "media-bridge.yaml");
  writeFileSync(path, JSON.stringify({ server_name: "example.test", media_bridge: { tokens_file: "./tokens.yaml" } }));
  const { shutdownGraceMs } = loadConfig([path]).config.mediaBridge;
  const lines = UNIT.split("\n");
  const timeout = lines.find((line) => line.startsWith("TimeoutStopSec="))?.split("=")[1];
  expect(Number(timeout) * 1000).toBeGreaterThanOrEqual(shutdownGraceMs + 10_000);
  expect(lines).toEqual(
    expect.arrayContaining(["KillMode=mixed", "OOMPolicy=continue", "ExecReload=/bin/kill -HUP $MAINPID"]),
  );
});
