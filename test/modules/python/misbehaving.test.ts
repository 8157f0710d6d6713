import { readdirSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";

const PLACES = ["import", "init", "callback"];
const WAYS = ["print", "write", "stdout", "system", "subprocess", "puts"];
const USERS = ["alice", "talk", "read", "fork", "block", "never", "exit", "die", "wrong", "fail", "refuse"];
const CONFIG = "/_matrix/client/v1/media/config";

test("a module that prints, forks, blocks, exits or dies harms one request at most", async () => {
  const folder = new CliFolder({
    config: { modules: [{ module: "talking.Talking", config: { secret: "hunter2-hunter2" } }] },
    mediaBridge: { tokens_file: "./users.yaml", callbacks: { get_media_config_for_user: { deadline: "2s" } } },
  });
  folder.write("users.yaml", JSON.stringify(Object.fromEntries(USERS.map((name) => [name, { user_id: `@${name}:example.test` }])))); // prettier-ignore
  const service = await folder.start();
  const ask = async (user: string) => {
    const response = await service.request(CONFIG, { headers: { Authorization: `Bearer ${user}` } });
    return [response.status, await response.json()] as [number, Record<string, unknown>];
  };
  const broken = [500, { errcode: "M_UNKNOWN", error: "Internal server error" }];

  expect(await ask("talk")).toEqual([200, { talked: true }]);
  for (const place of PLACES) {
    for (const way of WAYS) await service.logged(`"${way} ${place}"`);
  }
  expect(await ask("read")).toEqual([200, { stdin: "" }]);
  expect(await ask("fork")).toEqual([200, { forked: true }]);
  await service.logged('"forked"');
  expect(await ask("exit")).toEqual(broken);
  await service.logged("talking.Talking", "get_media_config_for_user", "SystemExit");
  expect(await ask("wrong")).toEqual(broken);
  expect(await ask("fail")).toEqual(broken);
  const failure = await service.logged("talking.Talking", "RuntimeError: out of order");
  expect(failure).toMatch(/talking\.py.*line \d+, in fail/);
  expect(await ask("refuse")).toEqual([403, { errcode: "M_FORBIDDEN", error: "not you" }]);
  const [status, body] = await ask("never");
  expect([status, body["errcode"]]).toEqual([503, "M_UNKNOWN"]);

  const blocked = ask("block");
  const line = await service.logged("blocks the reactor");
  expect(line).toMatch(/get_media_config_for_user of talking\.Talking blocks the reactor .*talking\.py:\d+/);
  expect((await service.request("/health")).status).toBe(200);
  expect(await blocked).toEqual([200, { blocked: true }]);
  expect(await ask("alice")).toEqual([200, { well: true }]);

  const before = childOf(service);
  expect((await ask("die"))[0]).toBe(503);
  await vi.waitFor(async () => expect(await ask("alice")).toEqual([200, { well: true }]), {
    timeout: 15_000,
    interval: 20,
  });
  expect(childOf(service)).not.toBe(before);

  expect(service.log()).not.toContain("hunter2");
  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  expect(folder.processes()).toEqual([]);
}, 60_000);

function childOf({ pid }: CliService): string {
  const children = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim(),
  );
  return children.filter((text) => text !== "").join(" ");
}
