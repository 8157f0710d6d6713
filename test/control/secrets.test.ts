import { describe, expect, test } from "vitest";
import { CliFolder, type CliService } from "../support/cli.ts";

const PASSWORD = "hunter22-hunter22";

const FINE = `export default { name: "it", setup() {} };`;
/** Each throws what quotes the password, in `setup`. */
const THROWS: [what: string, statement: string][] = [
  ["an error", "throw new Error(`cannot log in with ${password}`);"],
  ["an error with causes", "throw new Error('no', { cause: new Error('why', { cause: new TypeError(password) }) });"],
  ["errors that are joined", "throw new AggregateError([new Error(password), password], 'all failed');"],
  ["an error with a request", "throw Object.assign(new Error('403'), { config: { headers: { key: password } } });"],
  ["an error whose stack quotes it", "const e = new Error('x'); e.stack = `Error: ${password}`; throw e;"],
  ["an error whose name quotes it", "throw Object.assign(new Error('x'), { name: `No ${password}` });"],
  [
    "an error that throws where it is read",
    "throw Object.defineProperty(new Error(), 'message', { get() { throw new Error(password); } });",
  ],
  [
    "an error whose name is a symbol",
    "throw Object.assign(new Error(password), { name: Symbol(password), stack: 5 });",
  ],
  ["a text", "throw password;"],
  ["an object", "throw { password };"],
];

function createFolder(module: object): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ ...module, config: { password: PASSWORD } }] } });
  folder.write("it.ts", FINE);
  folder.write("login.py", python("pass"));
  return folder;
}

const python = (statement: string) => `
import os, sys


class Login:
    def __init__(self, config, api):
        password = config["password"]
        ${statement}
`;

/** Reloads in both ways; answers what the command says, and waits for what the log says of the other one. */
async function reloadBoth(folder: CliFolder, service: CliService): Promise<string> {
  const told = await folder.end(["reload"]);
  expect(told.status).toBe(1);
  const failures = () => service.log().split("the reload failed").length;
  const before = failures();
  service.kill("SIGHUP");
  await expect.poll(failures, { timeout: 20_000 }).toBe(before + 1);
  return told.stdout + told.stderr;
}

async function end(service: CliService, folder: CliFolder): Promise<void> {
  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  await folder.remove();
}

describe("a reload that fails leaves no value of a module's configuration in log and answer", () => {
  test("A failing reload reveals no value of the configuration, whatever a TypeScript module throws", async () => {
    const folder = createFolder({ typescript: "./it.ts" });
    const service = await folder.start();
    for (const [what, statement] of THROWS) {
      folder.write("it.ts", `export default { name: "it", setup(_api, { password }) { ${statement} } };`);
      const told = await reloadBoth(folder, service);
      expect([what, told.includes("cannot be set up")]).toEqual([what, true]);
      expect([what, (told + service.log()).includes(PASSWORD)]).toEqual([what, false]);
    }
    await end(service, folder);
  });

  test("A failing start reveals no value of a module's configuration", async () => {
    const folder = createFolder({ typescript: "./it.ts" });
    folder.write(
      "it.ts",
      'export default { name: "it", setup(_api, { password }) { throw new Error(password, { cause: password }); } };',
    );
    const { status, stdout, stderr } = await folder.end(["start"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("cannot be set up: Error: <value>")]);
    expect(stdout + stderr).not.toContain(PASSWORD);
    await folder.remove();
  });

  test.each([
    ["raises", "raise RuntimeError('cannot log in with ' + password) from ValueError(password)"],
    ["exits with it as its words", "sys.exit(password)"],
  ])(
    "A failing reload reveals no value of the configuration, whatever a Python module says that %s",
    async (_, statement) => {
      const folder = createFolder({ module: "login.Login" });
      const service = await folder.start();
      folder.write("login.py", python(statement));
      const told = await reloadBoth(folder, service);
      expect(told).toContain("cannot be constructed");
      expect(told + service.log()).not.toContain(PASSWORD);
      await end(service, folder);
    },
  );

  test("The last words of a Python module that ends its process reveal no value of its configuration", async () => {
    const folder = createFolder({ module: "login.Login" });
    folder.write(
      "login.py",
      `${python("pass")}
    @staticmethod
    def parse_config(config):
        os.write(2, f"no {config['password']}\\n".encode())
        os._exit(3)
`,
    );
    const { status, stderr } = await folder.end(["start"]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/its last words:\nno <value>/)]);
    await folder.remove();
  });
});
