import { expect, onTestFinished, test } from "vitest";
import { startActivated } from "../../../faults/support/activated-service.ts";
import { CliFolder } from "../../support/cli.ts";

const MESSAGE = /\{[^\n]*systemd passes a socket on [^\n]*/;

/** What a service that gets its socket from systemd logs by the time it is ready. */
async function readStart(listen: { host: string; port: number }): Promise<{ port: number; log: string }> {
  const folder = new CliFolder({ mediaBridge: { listen } });
  const service = await startActivated(folder.path, folder.config);
  onTestFinished(() => service.stop());
  return { port: service.port, log: service.log() };
}

test("A service that gets another address from systemd than the configuration names says at start which one is used", async () => {
  const { port, log } = await readStart({ host: "127.0.0.1", port: 1 });
  const line = JSON.parse(MESSAGE.exec(log)?.[0] ?? "{}") as Record<string, unknown>;
  expect(line).toMatchObject({ level: 30, actual: `127.0.0.1:${port}`, configured: "127.0.0.1:1" });
  expect(line["msg"]).toContain("the socket unit's address is used");
});

test("A service that gets the configured address from systemd has nothing to say of it", async () => {
  const { log } = await readStart({ host: "127.0.0.1", port: 0 });
  expect(log).toContain('"msg":"ready"');
  expect(log).not.toMatch(MESSAGE);
});
