import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { CALLBACKS, InsideSynapse } from "../support/inside-synapse.ts";
import { synapsePython } from "../support/synapse.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const EXAMPLE = join(PROJECT, "examples/inside-synapse");

let folder: string;
let synapse: InsideSynapse;

interface Entry {
  readonly module: string;
  readonly config: { readonly modules: readonly { readonly typescript: string; readonly config: object }[] };
}

/** The example's entry, with its paths on this machine. */
function exampleEntry(): object {
  const text = readFileSync(join(EXAMPLE, "modules.yaml"), "utf8").replaceAll("/etc/matrix-synapse", EXAMPLE);
  const [entry] = (parse(text) as { modules: Entry[] }).modules;
  return { ...entry, config: { ...entry?.config, command: CALLBACKS } };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-example-"));
  execFileSync(process.execPath, [join(PROJECT, "scripts/build-python.mjs")], { cwd: PROJECT });
  const wheel = execFileSync("sh", ["-c", "echo dist-python/*.whl"], { cwd: PROJECT, encoding: "utf8" }).trim();
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, join(PROJECT, wheel)];
  execFileSync(synapsePython(), pip);
  synapse = await InsideSynapse.start(() => [exampleEntry()], {}, folder);
});
afterAll(async () => {
  await synapse?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("The example decides in a Synapse with the package as its wheel installs it", async () => {
  const alice = await synapse.register("alice");
  expect((await synapse.config(alice)).json).toEqual({ "m.upload.size": 20_000_000 });
  expect((await synapse.upload(alice, "hello")).status).toBe(200);
  expect((await synapse.upload(alice, "MZ\u0000")).status).toBe(400);
  expect((await synapse.upload(alice, Buffer.alloc(20_000_001))).status).toBe(413);
});

test("The example takes at most six commands", () => {
  const [, commands = ""] = /```sh\n([^]*?)```/.exec(readFileSync(join(EXAMPLE, "README.md"), "utf8")) ?? [];
  expect(commands.trim().split("\n").length).toBeLessThanOrEqual(6);
});
