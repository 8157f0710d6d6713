import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { findFreePort } from "../../support/free-port.ts";
import { testPython } from "../../support/python.ts";
import {
  FIXTURE_MODULES,
  startTestService,
  writeConfig,
  type TestService,
  type TestUser,
} from "../../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const UPLOAD = "/_matrix/media/v3/upload";

/** Where a module lives, as it says itself. */
interface Home {
  readonly pid: number;
  readonly mode: string | null;
  readonly python: string | null;
}

async function start(
  modules: readonly object[],
  python: Record<string, unknown>,
  mediaBridge: Record<string, unknown> = {},
): Promise<TestService> {
  const own = { executable: testPython(), path: [FIXTURE_MODULES], ...python };
  const service = await startTestService({ mediaBridge: { modules, python: own, ...mediaBridge } });
  onTestFinished(() => service.stop());
  return service;
}

async function askFirst(service: TestService, as: TestUser = "alice"): Promise<Home> {
  return (await (await service.request(CONFIG, { as })).json()) as Home;
}

/** What the second module, or else the third, says when it refuses an upload. */
async function askOther(service: TestService): Promise<Home & { rows: number }> {
  const answer = await service.request(UPLOAD, { method: "POST", body: "file", as: "alice" });
  return (await answer.json()) as Home & { rows: number };
}

describe("modules in children of their own", () => {
  const FIRST = { module: "residents.First" };
  const SECOND = { module: "residents.Second" };
  const THIRD = { module: "residents.Third" };

  test("are all imported and configured before the first is constructed, and constructed in one order with TypeScript", async () => {
    const folder = createTemporaryFolder();
    const trace = join(folder, "trace");
    const typescript = join(folder, "between.ts");
    writeFileSync(
      typescript,
      `import { appendFileSync } from "node:fs";
       import { defineModule } from "synapse-media-bridge";
       export default defineModule({
         name: "between",
         setup: () => appendFileSync(${JSON.stringify(trace)}, "between constructed\\n"),
       });`,
    );
    const config = { trace };
    const order = [
      { ...SECOND, config },
      { typescript },
      { ...FIRST, config },
      { ...SECOND, config },
      { ...THIRD, config },
    ];
    const service = await start(order, { isolation: "module" });
    const lines = readFileSync(trace, "utf8").trim().split("\n");
    expect(lines.slice(0, 4).toSorted()).toEqual(["First parsed", "Second parsed", "Second parsed", "Third parsed"]);
    expect(lines.slice(4)).toEqual([
      "Second constructed",
      "between constructed",
      "First constructed",
      "Second constructed",
      "Third constructed",
    ]);
    const up = service.log.lines
      .filter(({ message }) => message === "the child is up")
      .map(({ facts }) => facts["child"]);
    expect(new Set(up)).toEqual(
      new Set(["residents.First", "residents.Second", "residents.Second#2", "residents.Third"]),
    );
  });

  test("harm only themselves when they block", async () => {
    const service = await start([FIRST, SECOND], { isolation: "module" });
    const order: string[] = [];
    const blocked = askFirst(service, "carol").then(() => order.push("blocked"));
    await askOther(service);
    expect(await askOther(service)).toMatchObject({ rows: 0 });
    order.push("other");
    await blocked;
    expect(order).toEqual(["other", "blocked"]);
  });

  test("harm only themselves when they go, which /health and the metrics tell", async () => {
    const port = await findFreePort();
    const service = await start([FIRST, SECOND], { isolation: "module" }, { metrics: { port } });
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const [first, second] = [(await askFirst(service)).pid, (await askOther(service)).pid];
    expect(first).not.toBe(second);
    expect(await metrics()).toContain('media_bridge_python_up{child="residents.First"} 1');
    process.kill(first, "SIGKILL");
    await service.log.waitFor(({ message }) => message === "the child is down");
    expect((await askOther(service)).pid).toBe(second);
    const health = await service.request("/health");
    expect([health.status, await health.text()]).toEqual([503, "the Python child residents.First is restarting"]);
    const text = await metrics();
    expect(text).toContain('media_bridge_python_up{child="residents.First"} 0');
    expect(text).toContain('media_bridge_python_up{child="residents.Second"} 1');
    await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
    expect((await askFirst(service)).pid).not.toBe(first);
    expect((await askOther(service)).pid).toBe(second);
    expect((await service.request("/health")).status).toBe(200);
    expect(await metrics()).toContain('media_bridge_python_restarts{child="residents.First"} 1');
  });

  test("are those that the configuration names, with an environment, an interpreter and a limit of theirs", async () => {
    const folder = createTemporaryFolder();
    const executable = join(folder, "python");
    writeFileSync(executable, `#!/bin/sh\nWRAPPED=yes exec ${testPython()} "$@"\n`);
    chmodSync(executable, 0o755);
    const overrides = { "residents.First": { executable, environment: { MODE: "own" }, max_memory: "256M" } };
    const service = await start([FIRST, SECOND, THIRD], { environment: { MODE: "all" }, overrides });
    const home = await askFirst(service);
    expect(home).toMatchObject({ mode: "own", python: "yes" });
    const other = await askOther(service);
    expect(other).toMatchObject({ mode: "all", python: null });
    expect(service.log.lines.filter(({ message }) => message === "the child is up")).toHaveLength(2);
    // It leaks past its own limit: the others do not notice.
    const past = service.log.waitFor(({ message }) => message.includes("passed python.max_memory"));
    for (let mebibytes = 0; mebibytes < 256; mebibytes += 32) await service.request(CONFIG, { as: "bob" });
    expect((await past).facts).toMatchObject({ child: "residents.First" });
    expect((await askOther(service)).pid).toBe(other.pid);
  });
});

test("A setting for a class that the configuration does not have is refused, with its place", () => {
  const folder = createTemporaryFolder();
  const refuse = (python: object) => {
    const mediaBridge = { modules: [{ module: "residents.First" }], python };
    return () => loadConfig([writeConfig(folder, join(folder, "media"), { mediaBridge })]);
  };
  expect(refuse({ overrides: { "residents.Frist": {} } })).toThrow(
    /media-bridge\.yaml:\d+: media_bridge\.python\.overrides\.residents\.Frist: expected the class of a Python module/,
  );
  expect(refuse({ overrides: { "residents.First": { max_memry: "1G" } } })).toThrow(/did you mean max_memory\?/);
  expect(refuse({ overrides: { "residents.First": { max_memory: "1M" } } })).toThrow(/at least 128M/);
  expect(refuse({ isolation: "process" })).toThrow(/expected shared or module/);
});
