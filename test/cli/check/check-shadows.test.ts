import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const ORIGINAL = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup: (api) => api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({}) }),
});
`;

function createFolder(shadow: object): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ typescript: "./original.ts", shadow }] } });
  folder.write("original.ts", ORIGINAL);
  folder.write(
    "candidate.py",
    "class Module:\n    def __init__(self, config, api):\n        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)\n\n    async def allowed(self, user, size):\n        return True\n",
  );
  return folder;
}

test("check names each shadow, how often it is asked, for whom it decides, and which callbacks differ", async () => {
  const folder = createFolder({ module: "candidate.Module", sample: "12.5%", decide: "0%" });
  const { status, stdout } = await folder.end(["check"]);
  expect(stdout).toContain(`shadow of module 1: candidate.Module (python, ${folder.path}/candidate.py)
  asked about 12.5% of the module's calls, fenced; decides for 0% of the users
  warning: does not register get_media_config_for_user, which the module registers, and registers is_user_allowed_to_upload_media_of_size, which the module does not register
`);
  expect(status).toBe(0);
});

test("check names a candidate that decides in the chain as well", async () => {
  const folder = createFolder({ module: "candidate.Module", decide: "10%" });
  const { stdout } = await folder.end(["check"]);
  expect(stdout).toContain("module 1: original (typescript");
  expect(stdout).toContain("candidate of module 1: candidate.Module (python");
  expect(stdout).toContain("decides for 10% of the users");
});

test("check warns of a candidate that cannot be loaded, and fails where it is required", async () => {
  const lost = await createFolder({ module: "nowhere.Module" }).end(["check"]);
  expect(lost.stdout).toContain("  warning: cannot be loaded: ");
  expect(lost.stdout).toContain("nowhere");
  expect(lost.status).toBe(0);
  const required = await createFolder({ module: "nowhere.Module", required: true }).end(["check"]);
  expect(required.stderr).toContain("nowhere");
  expect(required.status).toBe(1);
});
