import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const TYPESCRIPT = `export default {
  name: "it",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => { throw new TypeError("it broke"); } });
  },
};
`;
const PYTHON = `class Gate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user_id, size):
        return {}["nothing"]
`;
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[\d+m/;
const START = { terminal: true, arguments: ["--watch"] };
const FAILED = "ERROR: the reload failed: the previous configuration and modules continue to run";

function createFolder(log: object = {}): CliFolder {
  const modules = [{ module: "gate.Gate" }, { typescript: "./it.ts" }];
  const folder = new CliFolder({ mediaBridge: { log, modules } });
  folder.write("it.ts", TYPESCRIPT);
  folder.write("gate.py", PYTHON);
  return folder;
}

/** The lines from the first that contains the words, without colours, to one that begins with a time. */
function blockFrom(log: string, words: string): string[] {
  const lines = stripVTControlCharacters(log).split("\n");
  const at = lines.findIndex((line) => line.includes(words));
  const length = lines.slice(at + 1).findIndex((line) => line.startsWith("["));
  return lines.slice(at, length === -1 ? undefined : at + 1 + length);
}

describe.concurrent("On a terminal", () => {
  test("the log is lines with time, level, message and facts, in colours, and the service is ended by Ctrl-C's signal as ever", async () => {
    const environment = { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
    const service = await createFolder().start({ terminal: true, environment });
    expect((await service.request("/health")).status).toBe(200);
    await service.logged("request");
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(0);
    const log = service.log();
    expect(log).toMatch(COLOUR);
    const shown = stripVTControlCharacters(log);
    expect(shown).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: ready {2}address=127\.0\.0\.1:\d+$/m);
    expect(shown).toMatch(/^\[.*\] INFO: request {2}requestId=\S+ method=GET route=\/health status=200 ms=[\d.]+$/m);
    expect(shown).toMatch(/INFO: stopping {2}signal=SIGTERM/);
    expect(shown).not.toContain("{");
  });

  test("NO_COLOR is respected", async () => {
    const service = await createFolder().start({
      terminal: true,
      environment: { NO_COLOR: "1", FORCE_COLOR: undefined },
    });
    expect(service.log()).not.toMatch(COLOUR);
    expect(service.log()).toMatch(/INFO: ready/);
  });

  test("the log is JSON where the configuration says so", async () => {
    const service = await createFolder({ format: "json" }).start({ terminal: true });
    for (const line of service.log().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
  });

  test("a module that fails on a reload shows its error and the line in its own file", async () => {
    const folder = createFolder();
    const service = await folder.start(START);
    folder.write(
      "gate.py",
      "class Gate:\n    def __init__(self, config, api):\n        self.limit = config['limit']\n",
    );
    await service.logged("gate.py:3");
    folder.write("gate.py", PYTHON);
    await service.logged("reloaded: the new");
    folder.write("it.ts", TYPESCRIPT.replace("api.register", "api.nothing.here;\n    api.register"));
    await service.logged("it.ts:4");
    const log = service.log();
    expect(blockFrom(log, FAILED)).toEqual([
      expect.stringMatching(/^\[.*\] ERROR: the reload failed/),
      "    module 1 (module: gate.Gate) cannot be constructed: KeyError: 'limit'",
      `        at ${folder.path}/gate.py:3 in __init__: self.limit = config['limit']`,
    ]);
    expect(blockFrom(log.slice(log.indexOf("reloaded: ")), FAILED)).toEqual([
      expect.stringMatching(/^\[.*\] ERROR: the reload failed/),
      `    module 2 (typescript: ${folder.path}/it.ts) cannot be set up: TypeError: Cannot read properties of undefined (reading 'here') (at ${folder.path}/it.ts:4:17)`,
    ]);
  });

  test("a callback that fails shows its error and the line in the module's own file: both languages", async () => {
    const folder = createFolder();
    const service = await folder.start({ terminal: true });
    expect((await service.upload("four")).status).toBe(500);
    expect((await service.request("/_matrix/client/v1/media/config")).status).toBe(500);
    await service.logged("it.ts:4");
    const log = service.log();
    expect(blockFrom(log, "is_user_allowed_to_upload_media_of_size of gate.Gate").slice(1)).toEqual([
      "    KeyError: 'nothing'",
      `        at ${folder.path}/gate.py:6 in allowed: return {}["nothing"]`,
    ]);
    expect(blockFrom(log, "get_media_config_for_user of it").slice(1)).toEqual([
      expect.stringMatching(/ModuleFailure: it broke$/),
      expect.stringContaining(`${folder.path}/it.ts:4:`),
    ]);
  });

  test("a start that fails says so in few lines, and a log that is kept gets the whole traceback", async () => {
    const folder = createFolder();
    folder.write("gate.py", "import nothing_here\n");
    const { status, stdout } = await folder.end(["start"], { terminal: true });
    expect(status).toBe(1);
    expect(stripVTControlCharacters(stdout)).toContain(`at ${folder.path}/gate.py:1: import nothing_here`);
    expect(stdout).not.toContain("importlib");
    expect((await folder.end(["start"])).stderr).toContain("importlib");
  });
});

test("Without a terminal, lines for people are there where the configuration asks for them, without colours", async () => {
  const service = await createFolder({ format: "pretty" }).start();
  expect(service.log()).toMatch(/^\[.*\] INFO: ready {2}address=/m);
  expect(service.log()).not.toMatch(COLOUR);
});
