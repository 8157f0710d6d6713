import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { testPython } from "../support/python.ts";
import { startTestService } from "../support/service.ts";

const NAME = "matrix-temp-mail-checker.TempMailChecker";
const PYTHON = { executable: testPython() };
const MODULE = `
class TempMailChecker:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)
    async def config(self, user_id):
        return {"module": __name__}
`;

test.each([{}, { overrides: { [NAME]: {} } }])(
  "A module whose package has a dash in its name decides, in a child of its own as well: %j",
  async (python) => {
    const folder = createTemporaryFolder();
    mkdirSync(join(folder, "matrix-temp-mail-checker"));
    writeFileSync(join(folder, "matrix-temp-mail-checker", "__init__.py"), MODULE);
    const service = await startTestService({
      mediaBridge: { modules: [{ module: NAME }], python: { ...PYTHON, path: [folder], ...python } },
    });
    const answer = await service.request("/_matrix/client/v1/media/config", { as: "alice" });
    await service.stop();
    expect(await answer.json()).toEqual({ module: "matrix-temp-mail-checker" });
  },
);
