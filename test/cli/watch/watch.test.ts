import { renameSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const WATCH = { arguments: ["--watch"] };

const module = (what: string) => `
import { defineModule } from "synapse-media-bridge";
import { text } from "./lib/text.ts";

export default defineModule({
  name: "it",
  setup(api, config: { from: string }) {
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ text, what: "${what}", from: config.from }) });
  },
});
`;

/** A TypeScript module that imports another file, and a Python module with a helper in a package of its own. */
function createFolder(): CliFolder {
  const folder = new CliFolder({
    config: { modules: [{ module: "gate.Gate" }, { typescript: "./it.ts", config: { from: "first" } }] },
  });
  for (const name of ["lib", "helpers"]) mkdirSync(join(folder.path, name));
  folder.write("lib/text.ts", 'export const text = "first";\n');
  folder.write("it.ts", module("first"));
  folder.write("helpers/__init__.py", "MAX = 1\n");
  folder.write(
    "gate.py",
    `
from helpers import MAX


class Gate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user_id, size):
        return size <= MAX
`,
  );
  return folder;
}

const modulesFrom = (from: string, folder = ".") => [{ typescript: `${folder}/it.ts`, config: { from } }];

/** Has a Node process say when it loads chokidar. */
const TELL_OF_CHOKIDAR = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, next) {
      if (url.includes("/chokidar/index.js")) process.stderr.write("chokidar is loaded");
      return next(url, context);
    },
  });
`)}`;

/** Resolves once the nth reload is through. */
const reloaded = (service: CliService, nth: number) => service.logged("reloaded: the new", `"generation":${nth},`);
const ask = async (service: CliService): Promise<unknown> => (await service.request(CONFIG)).json();

async function end(service: CliService): Promise<void> {
  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
}

describe.concurrent("start --watch", () => {
  test("reloads when a module's file, or one that it imports, changes: both languages", async () => {
    const folder = createFolder();
    const service = await folder.start(WATCH);
    expect(await ask(service)).toEqual({ text: "first", what: "first", from: "first" });
    folder.write("lib/text.ts", 'export const text = "second";\n');
    await reloaded(service, 1);
    expect(await ask(service)).toMatchObject({ text: "second" });
    // As editors do: another file takes its place.
    folder.write("it.ts.new", module("second"));
    renameSync(join(folder.path, "it.ts.new"), join(folder.path, "it.ts"));
    await reloaded(service, 2);
    expect(await ask(service)).toMatchObject({ what: "second" });
    expect((await service.upload("four")).status).toBe(413);
    folder.write("helpers/__init__.py", "MAX = 10\n");
    await reloaded(service, 3);
    expect((await service.upload("four")).status).toBe(200);
    await end(service);
    // What a start and three reloads wrote themselves, caches and uploads, changed nothing that is watched.
    expect(service.log().match(/"msg":"reloaded: the new/g)).toHaveLength(3);
  });

  test("reloads once when the configuration and modules change together", async () => {
    const folder = createFolder();
    const service = await folder.start(WATCH);
    const config = { ...folder.readConfig(), modules: [{ typescript: "./it.ts", config: { from: "second" } }] };
    writeFileSync(folder.config, JSON.stringify(config));
    folder.write("it.ts", module("second"));
    folder.write("lib/text.ts", 'export const text = "second";\n');
    await reloaded(service, 1);
    expect(await ask(service)).toEqual({ text: "second", what: "second", from: "second" });
    await end(service);
    const { changed } = JSON.parse(await service.logged("reloading")) as { changed: string[] };
    expect(changed).toEqual(["it.ts", "lib/text.ts", "media-bridge.yaml"].map((name) => join(folder.path, name)));
    expect(service.log().match(/"msg":"reloaded: the new/g)).toHaveLength(1);
  });

  test("keeps what ran where a change is broken, and takes it once it is mended", async () => {
    const folder = createFolder();
    const service = await folder.start(WATCH);
    const modules = [{ typescript: "./it.ts", config: { from: "mended" } }];
    const mended = JSON.stringify({ ...folder.readConfig(), modules });
    folder.write("it.ts", "export default {");
    await service.logged("the reload failed", "it.ts");
    expect(await ask(service)).toMatchObject({ what: "first" });
    writeFileSync(folder.config, "modules: [");
    await service.logged("the reload failed", "media-bridge.yaml");
    folder.write("it.ts", module("second"));
    writeFileSync(folder.config, mended);
    await service.logged("reloaded: the new");
    expect(await ask(service)).toMatchObject({ what: "second", from: "mended" });
    await end(service);
  });

  test("takes up a folder that is made while it runs", async () => {
    const folder = createFolder();
    const service = await folder.start(WATCH);
    mkdirSync(join(folder.path, "more"));
    await reloaded(service, 1);
    folder.write("more/text.ts", 'export const text = "of more";\n');
    await reloaded(service, 2);
    folder.write("it.ts", module("second").replace("./lib/", "./more/"));
    await reloaded(service, 3);
    expect(await ask(service)).toMatchObject({ text: "of more" });
    await end(service);
  });

  test("reloads each time that another file takes the place of the configuration, and when its folder gets a file", async () => {
    const folder = createFolder();
    mkdirSync(join(folder.path, "conf.d"));
    folder.write("conf.d/first.yaml", JSON.stringify({ max_upload_size: "1M" }));
    const service = await folder.start({ arguments: ["--watch", "--config", join(folder.path, "conf.d")] });
    for (const [index, from] of ["second", "third"].entries()) {
      folder.write("new.tmp", JSON.stringify({ ...folder.readConfig(), modules: modulesFrom(from) }));
      renameSync(join(folder.path, "new.tmp"), folder.config);
      await reloaded(service, index + 1);
      expect(await ask(service)).toMatchObject({ from });
    }
    folder.write("conf.d/modules.yaml", JSON.stringify({ modules: modulesFrom("a folder", "..") }));
    await reloaded(service, 3);
    expect(await ask(service)).toMatchObject({ from: "a folder" });
    await end(service);
  });

  test.each([
    [["--watch"], true],
    [[], false],
  ])("start with the arguments %j loads chokidar: %s", async (args, isLoaded) => {
    const environment = { NODE_OPTIONS: `--import ${TELL_OF_CHOKIDAR}` };
    const service = await createFolder().start({ arguments: args, environment });
    service.kill("SIGTERM");
    expect((await service.ended).stderr.includes("chokidar is loaded")).toBe(isLoaded);
  });
});
