import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { testPython } from "../../support/python.ts";

const MODULES = new URL("../../fixtures/modules/hostile", import.meta.url).pathname;
const CONFIG = "/_matrix/client/v1/media/config";

test("a flood of memory is that module's error, a leak ends in a new child, and other modules are not harmed", async () => {
  const folder = new CliFolder({
    config: { modules: [{ module: "greedy.Greedy" }] },
    mediaBridge: {
      tokens_file: "./users.yaml",
      python: { executable: testPython(), path: [MODULES], max_memory: "256M" },
    },
  });
  const users = ["alice", "flood", "leak"];
  folder.write("users.yaml", JSON.stringify(Object.fromEntries(users.map((name) => [name, { user_id: `@${name}:example.test` }])))); // prettier-ignore
  const service = await folder.start();
  const ask = async (user: string) => {
    const response = await service.request(CONFIG, { headers: { Authorization: `Bearer ${user}` } });
    return [response.status, await response.json()] as [number, { pid?: number; kept?: number }];
  };

  const [, { pid: first }] = await ask("alice");
  expect(await ask("flood")).toEqual([500, { errcode: "M_UNKNOWN", error: "Internal server error" }]);
  await service.logged("greedy.Greedy", "MemoryError");
  expect(await ask("alice")).toEqual([200, { pid: first, kept: 0 }]);

  for (let mebibytes = 0; mebibytes < 256; mebibytes += 32) await ask("leak");
  await service.logged("python.max_memory");
  await service.logged('"epoch":2', "the child is up");
  const [status, answer] = await ask("alice");
  expect([status, answer.kept]).toEqual([200, 0]);
  expect(answer.pid).not.toBe(first);

  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  expect(folder.processes()).toEqual([]);
}, 60_000);
