import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../support/cli.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const TALLY = `
class Tally:
    def __init__(self, config, api):
        self.asked = 0
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)

    async def config(self, user_id):
        self.asked += 1
        return {"asked": self.asked}
`;

function createFolder(): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ module: "tally.Tally" }] } });
  folder.write("tally.py", TALLY);
  return folder;
}

describe.concurrent("the control socket", () => {
  test("lets call ask the modules of the running service, with their state", async () => {
    const folder = createFolder();
    const service = await folder.start();
    await service.request(CONFIG);
    const ask = (user: string) =>
      folder.endBare(["call", "get_media_config_for_user", user, "--running", folder.config]);
    const running = await ask("@alice:example.test");
    expect([running.status, running.stderr]).toEqual([0, ""]);
    expect(running.stdout).toMatch(/^asked: the running service\n/);
    expect(running.stdout).toContain('HTTP: 200 {"asked":2}');
    expect(await (await service.request(CONFIG)).json()).toEqual({ asked: 3 });
    const wrong = await ask("alice");
    expect([wrong.status, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toContain("user_id: this is not a user ID");
    service.kill("SIGTERM");
    await service.ended;
    const gone = await ask("@alice:example.test");
    expect([gone.status, gone.stdout]).toEqual([1, ""]);
    expect(gone.stderr).toContain("No service runs with this configuration");
  });

  test("is for the service's own user alone", async () => {
    const folder = createFolder();
    const service = await folder.start();
    expect(statSync(join(folder.path, "data", "control")).mode & 0o777).toBe(0o700);
    service.kill("SIGTERM");
    await service.ended;
  });

  test("keeps a second service from the same data path, and one that was killed keeps no service from it", async () => {
    const folder = createFolder();
    const first = await folder.start();
    const second = await folder.end(["start"]);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain("each needs a media_bridge.data_path of its own");
    expect((await first.request(CONFIG)).status).toBe(200);
    first.kill("SIGKILL");
    await first.ended;
    const third = await folder.start();
    expect((await third.request(CONFIG)).status).toBe(200);
    third.kill("SIGTERM");
    await third.ended;
  });
});
