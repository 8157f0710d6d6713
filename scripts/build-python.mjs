// `npm run build:python`: the wheel of the package for Synapse's environment, in dist-python, or in the folder that is
// named. Its sources are put together in a folder of their own first: the package, and what it uses of the shim.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGE = "synapse_media_bridge_module";
const SHARED = [
  "__init__.py",
  ...["__init__", "codec", "frames", "msgpack_validator"].map((name) => `wire/${name}.py`),
];
const [named] = process.argv.slice(2);
const TARGET = resolve(named ?? "dist-python");

const python = existsSync(".venv/bin/python") ? resolve(".venv/bin/python") : "python3";
const sources = mkdtempSync(join(tmpdir(), "media-bridge-wheel-"));
try {
  const from = join("python-shim", PACKAGE);
  cpSync(from, join(sources, PACKAGE), { recursive: true, filter: (path) => !/__pycache__|\.toml$/.test(path) });
  mkdirSync(join(sources, "media_bridge_shim", "wire"), { recursive: true });
  for (const file of SHARED)
    cpSync(join("python-shim/media_bridge_shim", file), join(sources, "media_bridge_shim", file));
  for (const file of [join(from, "pyproject.toml"), "LICENSE"])
    cpSync(file, join(sources, file.split("/").at(-1) ?? ""));
  if (named === undefined) rmSync(TARGET, { recursive: true, force: true });
  const pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", TARGET];
  execFileSync(python, [...pip, sources], { stdio: "inherit" });
  process.stdout.write(`the wheel is in ${TARGET}\n`);
} finally {
  rmSync(sources, { recursive: true });
}
