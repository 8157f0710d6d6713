import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ADMIN } from "../http/support/administration.ts";
import { fileAppears } from "../support/providers.ts";
import { FIXTURE_MODULES, startTestService } from "../support/service.ts";

/** Registers once there is a file `gate`, and makes a file for that and for each media that it is told is deleted. */
const PYTHON = `
import os


class Late:
    def __init__(self, config, api):
        self.folder = config["folder"]
        self.api = api
        self.has_registered = False
        api.looping_background_call(self.look, 10, run_on_all_instances=True)

    async def look(self):
        if os.path.exists(os.path.join(self.folder, "gate")) and not self.has_registered:
            self.has_registered = True
            self.api.register_media_repository_callbacks(on_media_deleted=self.deleted)
            self.make("registered")

    async def deleted(self, media_id):
        self.make(media_id)

    def make(self, name):
        open(os.path.join(self.folder, f"python-{name}"), "w").close()
`;

const TYPESCRIPT = `
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

export default defineModule({
  name: "late",
  configSchema: z.strictObject({ folder: z.string() }),
  setup(api, { folder }) {
    const make = (name) => writeFileSync(join(folder, "typescript-" + name), "");
    const timer = setInterval(() => {
      if (!existsSync(join(folder, "gate"))) return;
      clearInterval(timer);
      api.registerMediaRepositoryCallbacks({ onMediaDeleted: make });
      make("registered");
    }, 10);
    api.onShutdown(() => clearInterval(timer));
  },
});
`;

/** Makes a file for each media that it is told is deleted, and is then never done with it. */
const HANGING = `
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

export default defineModule({
  name: "hanging",
  configSchema: z.strictObject({ folder: z.string() }),
  setup(api, { folder }) {
    api.registerMediaRepositoryCallbacks({
      onMediaDeleted(mediaId) {
        writeFileSync(join(folder, "hanging-" + mediaId), "");
        return new Promise(() => undefined);
      },
    });
  },
});
`;

test("Modules of before a reload that hang hold up neither those after it nor the stop of the service", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-late-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "hanging.ts"), HANGING);
  const service = await startTestService({
    config: { modules: [{ typescript: join(folder, "hanging.ts"), config: { folder } }] },
    mediaBridge: { callbacks: { on_media_deleted: { deadline: "10m" } } },
  });
  const remove = async () => {
    const mediaId = await service.upload("one");
    const path = `${ADMIN}/media/example.test/${mediaId}`;
    expect((await service.request(path, { method: "DELETE", as: "admin" })).status).toBe(200);
    return mediaId;
  };
  // As many as are told at a time.
  for (let nth = 0; nth < 4; nth += 1) await fileAppears(join(folder, `hanging-${await remove()}`));
  await service.reload([{ typescript: join(FIXTURE_MODULES, "told-deletions.ts"), config: { folder } }]);
  await fileAppears(join(folder, `typescript-${await remove()}`));
  await service.stop(0);
  expect(service.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test("Media that is deleted before a reloaded module registers its callback again is told to it then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-late-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "late_deletions.py"), PYTHON);
  writeFileSync(join(folder, "late-deletions.ts"), TYPESCRIPT);
  const modules = [
    { module: "late_deletions.Late", config: { folder } },
    { typescript: join(folder, "late-deletions.ts"), config: { folder } },
  ];
  const service = await startTestService({ pythonPath: [folder], config: { modules } });
  onTestFinished(() => service.stop());
  const gate = join(folder, "gate");
  writeFileSync(gate, "");
  for (const language of ["python", "typescript"]) await fileAppears(join(folder, `${language}-registered`));
  rmSync(gate);
  await service.reload(modules);
  const mediaId = await service.upload("one");
  const path = `${ADMIN}/media/example.test/${mediaId}`;
  expect((await service.request(path, { method: "DELETE", as: "admin" })).status).toBe(200);
  const failures = () =>
    service.log.lines.filter(({ message }) => message.includes("no verdict could be had (unavailable)"));
  await service.log.waitFor(() => failures().length >= 2);
  expect(service.log.lines.filter(({ message }) => message.includes("it hears of deletions then"))).toHaveLength(2);
  writeFileSync(gate, "");
  for (const language of ["python", "typescript"]) await fileAppears(join(folder, `${language}-${mediaId}`));
});
