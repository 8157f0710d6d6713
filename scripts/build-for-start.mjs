// Builds before `npm start`, in place: not where nothing has changed since the last build, and not while a service runs
// from what would be replaced, which loads some of its files only when it needs them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const MAIN = "dist/cli/main.js";
/** Its time is that of the last build. */
const STAMP = "dist/.built";
const SOURCES = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];

const project = realpathSync(process.cwd());
const builtMs = timeOf(join(project, STAMP));
if (SOURCES.some((name) => newestTime(join(project, name)) > builtMs)) {
  const pid = findService(join(project, MAIN));
  if (pid === undefined) await build();
  else {
    process.stderr.write(
      `A service runs from dist/ (process ${pid}), and the sources are newer: stop it (kill ${pid}), then run npm start again.\n`,
    );
    process.exitCode = 1;
  }
}

async function build() {
  const startedMs = Date.now();
  const progress = await openProgress();
  progress?.step("building the service");
  const building = spawn("npm", ["run", "--silent", "build"], {
    stdio: ["inherit", progress ? "pipe" : "inherit", "inherit"],
  });
  // The compiler's words.
  building.stdout?.on("data", (words) => progress?.interrupt(() => process.stdout.write(words)));
  const [status] = await once(building, "close");
  progress?.end();
  if (status === 0) writeFileSync(join(project, STAMP), `${new Date(startedMs).toISOString()}\n`);
  process.exitCode = status ?? 1;
}

/** Node.js releases that do not read TypeScript build without a word, and are told by the service that they are too old. */
async function openProgress() {
  if (!process.features.typescript) return undefined;
  const { Progress } = await import("../src/cli/terminal/progress.ts");
  return new Progress();
}

/** @param {string} path @returns {number} */
function newestTime(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry?.isDirectory() !== true) return entry?.mtimeMs ?? 0;
  // The folder's own time tells of files that were removed.
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newestTime(join(path, name))));
}

/** @param {string} path */
function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The number of a process that runs this file with `start`; undefined where none does, or the system does not tell.
 * @param {string} main
 */
function findService(main) {
  return listProcesses().find((pid) => {
    try {
      const [, script = "", command] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return command === "start" && realpathSync(resolve(readlinkSync(`/proc/${pid}/cwd`), script)) === main;
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}

function listProcesses() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
