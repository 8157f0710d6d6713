import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../support/cli.ts";

const CONFIG = "/_matrix/client/v1/media/config";

/** Two modules, one of each language, that answer with what their file and their configuration say. */
function createFolder(): CliFolder {
  const folder = new CliFolder({
    config: { modules: [{ module: "gate.Gate" }, { typescript: "./size.ts", config: { size: 1 } }] },
  });
  writeModules(folder, 1);
  return folder;
}

function writeModules(folder: CliFolder, version: number): void {
  folder.write(
    "gate.py",
    `
import asyncio
import os


class Gate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed, get_media_upload_limits_for_user=self.limits
        )

    async def allowed(self, user_id, size):
        return True

    async def limits(self, user_id):
        # Waits for word while an upload of the former generation is under way.
        while os.path.exists("hold"):
            await asyncio.sleep(0.005)
        return [] if ${version} == 1 else None
`,
  );
  folder.write(
    "size.ts",
    `
import { defineModule } from "synapse-media-bridge";

export default defineModule({
  name: "size",
  setup(api, config: { size: number }) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => ({ "m.upload.size": config.size, version: ${version} }),
    });
    api.onShutdown(() => api.log.info({ version: ${version} }, "this module was replaced"));
  },
});
`,
  );
}

/** Modules that deny every upload from the moment on at which there is a file `word`. */
function writeLateModules(folder: CliFolder): void {
  folder.write(
    "late.py",
    `
import os


class Late:
    def __init__(self, config, api):
        self.api = api
        api.looping_background_call(self.look, 10, run_on_all_instances=True)
        self.has_registered = False

    async def look(self):
        if os.path.exists("word") and not self.has_registered:
            self.has_registered = True
            self.api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user_id, size):
        return False
`,
  );
  folder.write(
    "late.ts",
    `
import { existsSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";

export default defineModule({
  name: "late",
  setup(api) {
    const timer = setInterval(() => {
      if (!existsSync("word")) return;
      clearInterval(timer);
      api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: () => false });
    }, 10);
    api.onShutdown(() => clearInterval(timer));
  },
});
`,
  );
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 10_000 });
}

function changeConfig(folder: CliFolder, change: (config: Record<string, unknown>) => void): void {
  const config = JSON.parse(readFileSync(folder.config, "utf8")) as Record<string, unknown>;
  change(config);
  writeFileSync(folder.config, JSON.stringify(config));
}

async function configOf(service: CliService): Promise<unknown> {
  return (await service.request(CONFIG)).json();
}

async function end(service: CliService, folder: CliFolder): Promise<void> {
  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  expect(folder.processes()).toEqual([]);
}

describe.concurrent("a reload", () => {
  test("brings new configuration and new modules of both languages, and ends the old ones", async () => {
    const folder = createFolder();
    const service = await folder.start();
    expect(await configOf(service)).toEqual({ "m.upload.size": 1, version: 1 });
    writeModules(folder, 2);
    changeConfig(folder, (config) => {
      config["modules"] = [{ module: "gate.Gate" }, { typescript: "./size.ts", config: { size: 2 } }];
      config["media_upload_limits"] = [{ max_size: 3, time_period: "1h" }];
    });
    expect(await configOf(service)).toEqual({ "m.upload.size": 1, version: 1 });
    const reloaded = await folder.end(["reload"]);
    expect([reloaded.status, reloaded.stdout, reloaded.stderr]).toEqual([0, "reloaded", ""]);
    expect(await configOf(service)).toEqual({ "m.upload.size": 2, version: 2 });
    // The new Python module has no say about limits: those of the new configuration hold.
    expect((await service.upload("four")).status).toBe(403);
    await service.logged("this module was replaced", '"version":1');
    await service.logged("the modules that the reload replaced have ended");
    // One child and its orphan reaper.
    expect(folder.processes().filter((command) => command.includes("python-shim"))).toHaveLength(2);
    await end(service, folder);
  });

  test.each([
    ["Python", { module: "late.Late" }],
    ["TypeScript", { typescript: "./late.ts" }],
  ])(
    "keeps the place of what a %s module registered late, and refuses until it is there again",
    async (_name, module) => {
      const folder = new CliFolder({ config: { modules: [module] } });
      writeLateModules(folder);
      const service = await folder.start();
      expect((await service.upload("four")).status).toBe(200);
      folder.write("word", "");
      await until(async () => (await service.upload("four")).status === 413);
      rmSync(join(folder.path, "word"));
      expect((await folder.end(["reload"])).status).toBe(0);
      expect((await service.upload("four")).status).toBe(503);
      await service.logged("its place is kept");
      // A second one does not forget it either.
      expect((await folder.end(["reload"])).status).toBe(0);
      expect((await service.upload("four")).status).toBe(503);
      folder.write("word", "");
      await until(async () => (await service.upload("four")).status === 413);
      await end(service, folder);
    },
  );

  test("changes nothing where something is wrong, and says what", async () => {
    const folder = createFolder();
    const service = await folder.start();
    folder.write("gate.py", "raise RuntimeError('out of order')");
    const broken = await folder.end(["reload"]);
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain("out of order");
    changeConfig(folder, (config) => {
      config["server_name"] = "other.test";
    });
    const fixed = await folder.end(["reload"]);
    expect(fixed.stderr).toContain("server_name: changed, which needs a restart");
    service.kill("SIGHUP");
    await service.logged("the reload failed", "server_name");
    expect(await configOf(service)).toEqual({ "m.upload.size": 1, version: 1 });
    expect((await service.upload("four")).status).toBe(200);
    await end(service, folder);
  });

  test("A reload by SIGHUP refuses no request, and the former modules decide about an upload that began before", async () => {
    const folder = createFolder();
    const service = await folder.start();
    folder.write("hold", "");
    const held = service.upload("four");
    await service.logged("ready");
    let answers = 0;
    const over = new AbortController();
    const asking = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) {
          const response = await service.request(CONFIG);
          expect(response.status).toBe(200);
          const { version } = (await response.json()) as { version: number };
          expect([1, 2]).toContain(version);
          answers += 1;
        }
      }),
    );
    writeModules(folder, 2);
    changeConfig(folder, (config) => {
      config["media_upload_limits"] = [{ max_size: 3, time_period: "1h" }];
    });
    service.kill("SIGHUP");
    await service.logged("reloaded: the new configuration");
    over.abort();
    await asking;
    expect(answers).toBeGreaterThan(0);
    expect(await configOf(service)).toMatchObject({ version: 2 });
    rmSync(join(folder.path, "hold"));
    expect((await held).status).toBe(200);
    await service.logged("the modules that the reload replaced have ended");
    await end(service, folder);
  });

  test("needs a running service", async () => {
    const { status, stderr } = await createFolder().end(["reload"]);
    expect(status).toBe(1);
    expect(stderr).toContain("no service is running on the data path");
  });
});
