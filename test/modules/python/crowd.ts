import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { findFreePort } from "../../support/free-port.ts";
import { testPython } from "../../support/python.ts";
import { FIXTURE_MODULES, startTestService, type TestService, type TestUser } from "../../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

/** A service with the module `crowded.Crowded`, which keeps every call waiting until it is released. */
export interface Crowd {
  readonly service: TestService;
  /** Asks for a user's media config. */
  readonly ask: (user: TestUser) => Promise<Response>;
  /** Resolves to whom the module was asked about, in order, once there are so many. */
  readonly asked: (times: number) => Promise<string[]>;
  /** Resolves once a gauge of the Python child has a value. */
  readonly gauge: (name: "in_flight" | "queued" | "refused", value: number) => Promise<void>;
  readonly release: () => void;
}

export async function startCrowd(
  limits: Record<string, unknown>,
  config: Record<string, unknown> = {},
  mediaBridge: Record<string, unknown> = {},
): Promise<Crowd> {
  const folder = createTemporaryFolder();
  const [hold, askedPath] = [join(folder, "hold"), join(folder, "asked")];
  writeFileSync(hold, "");
  const port = await findFreePort();
  const service = await startTestService({
    config: { modules: [{ module: "crowded.Crowded", config: { hold, asked: askedPath, ...config } }] },
    mediaBridge: {
      metrics: { port },
      python: { executable: testPython(), path: [FIXTURE_MODULES], ...limits },
      ...mediaBridge,
    },
  });
  const release = () => rmSync(hold, { force: true });
  onTestFinished(async () => {
    release();
    await service.stop();
  });
  const readAsked = () => (existsSync(askedPath) ? readFileSync(askedPath, "utf8").trim().split("\n") : []);
  const readGauge = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(new RegExp(`^media_bridge_python_calls_${name}(?:\\{.*\\})? (\\d+)$`, "m").exec(text)?.[1]);
  };
  return {
    service,
    ask: (user) => service.request(CONFIG, { as: user }),
    async asked(times) {
      await expect.poll(readAsked, { interval: 5, timeout: 10_000 }).toHaveLength(times);
      return readAsked().map((user) => user.replace(/^@|:.*/g, ""));
    },
    async gauge(name, value) {
      await expect.poll(() => readGauge(name), { interval: 10, timeout: 10_000 }).toBe(value);
    },
    release,
  };
}
