import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { InsideSynapse } from "../support/inside-synapse.ts";
import { synapsePython } from "../support/synapse.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const EXAMPLE = join(PROJECT, "examples/inside-synapse");
/** Packages are made and installed. */
const INSTALL_MS = 600_000;

let folder: string;
let synapse: InsideSynapse | undefined;
const pathBefore = process.env["PATH"];

/** The commands of the first block of a document. */
function commandsOf(document: string): string[] {
  const [, commands = ""] = /```sh\n([^]*?)```/.exec(readFileSync(join(PROJECT, document), "utf8")) ?? [];
  return commands.trim().split("\n");
}

/** An environment that has Synapse, and nothing of this project. */
function makeEnvironment(environment: string): void {
  execFileSync(synapsePython(), ["-m", "venv", environment]);
  const printed = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
  const own = execFileSync(join(environment, "bin/python"), printed, { encoding: "utf8" }).trim();
  const synapses = execFileSync(synapsePython(), printed, { encoding: "utf8" }).trim();
  writeFileSync(join(own, "synapse.pth"), `${synapses}\n`);
}

/** A folder with what the document says is there. */
function gather(): void {
  const options = { cwd: PROJECT, stdio: "ignore" } as const;
  // dist is there already: it must not be made anew while other tests run from it.
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], options);
  execFileSync(process.execPath, [join(PROJECT, "scripts/build-python.mjs"), folder], options);
  for (const file of ["limits.ts", "modules.yaml"]) copyFileSync(join(EXAMPLE, file), join(folder, file));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-installed-"));
  gather();
  makeEnvironment(join(folder, "opt/venvs/matrix-synapse"));
  mkdirSync(join(folder, "etc/matrix-synapse/conf.d"), { recursive: true });
}, INSTALL_MS);
afterAll(async () => {
  process.env["PATH"] = pathBefore;
  await synapse?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("The document takes at most six commands, and the example has the same", () => {
  const commands = commandsOf("docs/inside-synapse.md");
  expect(commands.length).toBeLessThanOrEqual(6);
  expect(commandsOf("examples/inside-synapse/README.md")).toEqual(commands);
});

test(
  "The commands of the document, in an environment with nothing but Synapse, have the module decide",
  { timeout: INSTALL_MS },
  async () => {
    const elsewhere = (text: string) => text.replaceAll(/(?<=^|\s)\/(?=etc\/|opt\/)/gm, `${folder}/`);
    process.env["PATH"] = `${join(folder, "global/bin")}:${dirname(process.execPath)}:${pathBefore}`;
    const environment = {
      ...process.env,
      npm_config_prefix: join(folder, "global"),
      npm_config_prefer_offline: "true",
    };
    const commands = commandsOf("docs/inside-synapse.md");
    // The last one starts Synapse with its new configuration, which is done below.
    expect(commands.pop()).toBe("systemctl restart matrix-synapse");
    for (const command of commands)
      execFileSync("sh", ["-ec", elsewhere(command)], { cwd: folder, env: environment, stdio: "ignore" });
    const [added = ""] = readdirSync(join(folder, "etc/matrix-synapse/conf.d"));
    const { modules } = parse(elsewhere(readFileSync(join(folder, "etc/matrix-synapse/conf.d", added), "utf8"))) as {
      modules: object[];
    };
    const python = join(folder, "opt/venvs/matrix-synapse/bin/python");
    synapse = await InsideSynapse.start(() => modules, { python }, join(folder, "etc"));
    const alice = await synapse.register("alice");
    expect((await synapse.config(alice)).json).toEqual({ "m.upload.size": 20_000_000 });
    expect((await synapse.upload(alice, "hello")).status).toBe(200);
    expect((await synapse.upload(alice, "MZ\u0000")).status).toBe(400);
    expect(synapse.log()).toContain(join(folder, "etc/matrix-synapse/limits.ts"));
  },
);
