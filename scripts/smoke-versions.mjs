// Installs the packed service under the oldest Node that it supports and under the newest one, and has it store, refuse
// and serve an upload there; under one that is too old it has to say so. The last line is what was found.
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { check, end, finish, sendBody, start, total, uploadAndDownload } from "./smoke-steps.mjs";

const SUPPORTED = ["22.22.0", "26"];
const TOO_OLD = ["18", "20"];
const BASE = "http://127.0.0.1:8800";
const PYTHON = resolve(".venv/bin/python");

const folder = mkdtempSync(join(tmpdir(), "media-bridge-versions-"));
try {
  run("npm", ["run", "--silent", "setup:python"]);
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--silent", "--pack-destination", folder]));
  for (const version of SUPPORTED) await smoke(version, join(folder, filename));
  for (const version of TOO_OLD) await checkTooOld(version, join(folder, filename));
} catch (error) {
  total.failed += 1;
  process.stdout.write(`${String(error)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
finish();

/** @param {string} version @param {string} tarball */
async function smoke(version, tarball) {
  const app = install(version, tarball);
  cpSync("examples/quick-start", join(app, "configuration"), { recursive: true });
  const path = join(app, "configuration/media-bridge.yaml");
  const config = readFileSync(path, "utf8").replace("  python:\n", `  python:\n    executable: ${PYTHON}\n`);
  writeFileSync(path, config.replace("../../data", "./data"));
  const args = [join(app, "node_modules/synapse-media-bridge/dist/cli/main.js"), "start", "--config", path];
  const service = await start(join(app, "node_modules/.bin/node"), args, /"msg":"ready"/, { cwd: app });
  try {
    await check(`Node ${version} stores an upload and serves it`, () => uploadAndDownload(BASE));
    await check(`Node ${version} refuses an upload over the user's plan`, async () => {
      const { status, text } = await sendBody(BASE, 3);
      return status === 413 && JSON.parse(text).errcode === "M_TOO_LARGE";
    });
    await check(`Node ${version} stops when it is told to`, async () => {
      const ended = once(service, "exit");
      process.kill(service.pid ?? 0, "SIGTERM");
      const [status] = await ended;
      return status === 0;
    });
  } finally {
    await end(service);
  }
}

/** @param {string} version @param {string} tarball */
async function checkTooOld(version, tarball) {
  const app = install(version, tarball);
  const program = [join(app, "node_modules/synapse-media-bridge/dist/cli/main.js"), "check", "--config", "none.yaml"];
  const { status, stderr } = spawnSync(join(app, "node_modules/.bin/node"), program, { encoding: "utf8" });
  await check(`Node ${version} is told which version the service needs`, async () => {
    const line = new RegExp(`^media-bridge: Node\\.js 22\\.22 or newer is needed, and this is ${version}\\.\\S+\\n$`);
    if (!line.test(stderr)) throw new Error(stderr);
    return status === 1;
  });
}

/**
 * Installs the service and that Node into a folder of its own.
 * @param {string} version @param {string} tarball
 */
function install(version, tarball) {
  const app = join(folder, `node-${version}`);
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  process.stdout.write(`\n== Node ${version}\n`);
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", `node@${version}`, tarball], app);
  return app;
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
function run(command, args, cwd) {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], ...(cwd && { cwd }) });
}
