import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLBACKS, INSIDE_MODULES } from "../support/inside-synapse.ts";
import { synapsePython } from "../support/synapse.ts";

const PYTHON_PATH = fileURLToPath(new URL("../../../python-shim", import.meta.url));
const RULES = `${INSIDE_MODULES}/rules.ts`;
/** Reads a configuration as Synapse does, and prints the message of the error. */
const READ = `
import json, sys
from synapse.util.module_loader import load_module
from synapse.config._base import format_config_error
from synapse.config import ConfigError
for entry in json.loads(sys.argv[1]):
    try:
        load_module(entry, ("modules", "<item 0>"))
        print("no error", end="\\0")
    except ConfigError as error:
        print("".join(format_config_error(error)), end="\\0")
`;

let folder: string;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-bad-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(config: unknown, before = ""): string {
  return readAll([config], before)[0] ?? "";
}

/** What Synapse says of each configuration. */
function readAll(configs: readonly unknown[], before = ""): string[] {
  const entries = configs.map((config) => ({ module: "synapse_media_bridge_module.TypeScriptModules", config }));
  const said = execFileSync(synapsePython(), ["-c", before + READ, JSON.stringify(entries)], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: PYTHON_PATH, PYTHONDONTWRITEBYTECODE: "1" },
  });
  return said.split("\0").slice(0, -1);
}

function write(name: string, text: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const modules = [{ typescript: RULES, config: { calls: "/dev/null" } }];

describe("A configuration that Synapse refuses says", () => {
  test("which key is wrong", () => {
    const wrong: [unknown, RegExp][] = [
      [{}, /modules.*expected a list of/s],
      [{ modules, comand: [] }, /config\.comand.*unknown key; known are command, /s],
      [{ modules, command: "media-bridge callbacks" }, /config\.command.*expected a list of words/s],
      [{ modules, command: CALLBACKS, socket: "/run/x.sock" }, /config\.socket.*either command or socket/s],
      [{ modules, socket: "x.sock" }, /config\.socket.*expected the absolute path/s],
      [{ modules, deadline_ms: 0 }, /config\.deadline_ms.*from 1 to 3600000/s],
      [{ modules, on_unavailable: "allow" }, /config\.on_unavailable.*expected refuse or skip/s],
      [{ modules: [{ typescript: "./rules.ts" }] }, /modules\.0\.typescript.*absolute path/s],
    ];
    const said = readAll(wrong.map(([config]) => config));
    expect(said).toEqual(wrong.map(([, words]) => expect.stringMatching(words) as string));
  });

  test("that a value cannot be said in JSON, without the value", () => {
    const told = read({ modules: [{ typescript: RULES, config: { secret: NaN } }] }, NAN_IS_NAN);
    expect(told).toMatch(/modules\.0\.config.*holds a value that JSON cannot say/s);
  });

  test("that the program is not there, and how to install it", () => {
    expect(read({ modules, command: ["no-such-media-bridge", "callbacks"] })).toMatch(
      /no-such-media-bridge cannot be started: No such file or directory\. Install it \(npm install/,
    );
  });

  test("that there is no Node, in the words of the system", () => {
    const command = [write("without-node", "#!/usr/bin/env no-such-node\n", 0o755), "callbacks"];
    expect(read({ modules, command })).toMatch(/did not start: it ended with status 127:\n.*no-such-node/);
  });

  test("what a Node that is too old says", () => {
    const script = "#!/bin/sh\necho 'media-bridge: Node.js 22.22 or newer is needed, and this is 18.0.0' >&2\nexit 1\n";
    const told = read({ modules, command: [write("old-node", script, 0o755), "callbacks"] });
    expect(told).toMatch(/did not start: it ended with status 1:\nmedia-bridge: Node\.js 22\.22 or newer is needed/);
  });

  test("that the program is another one", () => {
    expect(read({ modules, command: ["true"] })).toMatch(/did not start: it ended with status 0/);
  });

  test("the TypeScript file and the line of an error", () => {
    const broken = write("broken.ts", "export default {\n  name: 'x',\n  setup( {\n};\n");
    const throwing = write("throwing.ts", "const x: number = 1;\nthrow new Error('at the top');\n");
    const [one, other] = readAll(
      [broken, throwing].map((typescript) => ({ modules: [{ typescript }], command: CALLBACKS })),
    );
    expect(one).toMatch(/broken\.ts:\d+:\d+/);
    expect(other).toMatch(/at the top \(at .*throwing\.ts:2/);
  });

  test("that there is no such module", () => {
    expect(read({ modules: [{ typescript: "/no/such.ts" }], command: CALLBACKS })).toMatch(
      /modules\.0 \(typescript: \/no\/such\.ts\) cannot be imported: there is no such file/,
    );
  });

  test("which key of a TypeScript module is wrong, without its value", () => {
    const config = { calls: 1234567, name: "x", secret: "hunter2hunter2" };
    const told = read({ modules: [{ typescript: RULES, config }], command: CALLBACKS });
    expect(told).toMatch(
      /refuses its configuration:\s+config\.calls: expected string, found number\s+config\.secret: unknown key/,
    );
    expect(told).not.toContain("hunter2");
  });

  test("that the socket does not exist, and what to start", () => {
    expect(read({ modules, socket: join(folder, "none.sock") })).toMatch(
      /none\.sock: the socket does not exist: start media-bridge callbacks --socket/,
    );
  });

  test("that msgpack is missing, with the line that installs it", () => {
    const before = "import sys\nsys.modules['msgpack'] = None\n";
    expect(read({ modules }, before)).toMatch(
      /needs msgpack in Synapse's own environment: \S+python\S* -m pip install msgpack/,
    );
  });

  test("that the modules took too long to load", () => {
    const slow = write("slow.ts", "await new Promise(() => setTimeout(() => {}, 1e6));\nexport default {};\n");
    const told = read({ modules: [{ typescript: slow }], command: CALLBACKS, start_deadline_ms: 3000 });
    expect(told).toMatch(/were not loaded within 3000 ms \(start_deadline_ms\)/);
  });
});

/** JSON has no NaN, and YAML has one. */
const NAN_IS_NAN = `
import json
json.loads = (lambda loads: lambda text: loads(text.replace('{"secret":null}', '{"secret":NaN}')))(json.loads)
`;
