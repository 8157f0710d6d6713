import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { StartError } from "../../../errors.ts";
import { waitForFileLock, type FileLock } from "../../../util/file-lock.ts";
import { linesThatMatter } from "./pip-output.ts";
import { ENVIRONMENT_READY, readPipStep } from "./setup-steps.ts";
import { SHIM_FOLDER } from "../../../util/shim-folder.ts";

export interface PythonEnvironmentOptions {
  /** An interpreter to use as it is; nothing is installed into it. */
  readonly executable?: string | undefined;
  /** Where the environment is made: `<dataPath>/python`. */
  readonly dataPath: string;
  /** A requirements file of the operator's, for what the modules need. */
  readonly requirements?: string | undefined;
  /** Whether modules work with PostgreSQL, whose driver is installed then. */
  readonly needsPostgres?: boolean;
  /** Called with one line for each step of the making. */
  readonly onProgress: (line: string) => void;
}

const OLDEST = [3, 10] as const;
const STAMP = "media-bridge.stamp";

/**
 * The interpreter of the Python environment, which is made at the first start, and again when what it is made from has
 * changed. Rejects with a {@link StartError} that says what is missing and what to do.
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions): Promise<string> {
  if (options.executable !== undefined) return checkExecutable(options.executable);
  const folder = join(options.dataPath, "python");
  const executable = join(folder, "bin", "python");
  const files = [
    join(SHIM_FOLDER, "requirements.txt"),
    ...(options.needsPostgres === true ? [join(SHIM_FOLDER, "requirements-postgres.txt")] : []),
    ...(options.requirements ? [options.requirements] : []),
  ];
  const stamp = stampOf(files);
  const isMade = () => existsSync(executable) && readIfThere(join(folder, STAMP)) === stamp;
  if (isMade()) return executable;
  options.onProgress(`making the Python environment in ${folder} (once)`);
  await checkVersion("python3");
  const lock = await takeTurn(options);
  try {
    // The process whose turn was before may have made it.
    if (isMade()) return executable;
    await makeEnvironment(folder);
    await install(executable, files, options.onProgress);
    // Written last: an environment without it is half made, and is made again.
    writeFileSync(join(folder, STAMP), stamp);
  } finally {
    lock.release();
  }
  options.onProgress(ENVIRONMENT_READY);
  return executable;
}

function checkExecutable(executable: string): string {
  if (!executable.includes("/") || existsSync(executable)) return executable;
  throw new StartError("PYTHON", `media_bridge.python.executable: there is no ${executable}`);
}

function stampOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readIfThere(file);
    if (content === undefined)
      throw new StartError("PYTHON", `media_bridge.python.requirements: ${file} cannot be read`);
    hash.update(content).update("\0");
  }
  return hash.digest("hex");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

async function checkVersion(executable: string): Promise<void> {
  const result = await execa(executable, ["-c", "import sys; print(*sys.version_info[:2])"], { reject: false });
  if (result.failed) {
    const remedy = "install Python 3.10 or newer, or name an interpreter in media_bridge.python.executable";
    throw new StartError("PYTHON", `${executable} cannot be run (${result.shortMessage}): ${remedy}`, {
      cause: result,
    });
  }
  const [major = 0, minor = 0] = result.stdout.split(" ").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  const wanted = `Python ${OLDEST.join(".")} or newer is needed`;
  throw new StartError(
    "PYTHON",
    `${executable} is Python ${major}.${minor}, ${wanted}: name one in media_bridge.python.executable`,
  );
}

/** One process at a time makes it: a start and a check, say, that are the first ones. */
async function takeTurn({ dataPath, onProgress }: PythonEnvironmentOptions): Promise<FileLock> {
  try {
    mkdirSync(dataPath, { recursive: true });
    return await waitForFileLock(join(dataPath, "python.lock"), () =>
      onProgress("another process is making the Python environment: waiting until it has finished"),
    );
  } catch (error) {
    throw cannotBeMade(join(dataPath, "python"), error);
  }
}

function cannotBeMade(folder: string, error: unknown): StartError {
  const reason = (error as Error).message;
  return new StartError("PYTHON", `${folder} cannot be made: ${reason}; see media_bridge.data_path`, { cause: error });
}

async function makeEnvironment(folder: string): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotBeMade(folder, error);
  }
  const result = await execa("python3", ["-m", "venv", folder], { reject: false, all: true });
  if (!result.failed) return;
  const remedy = "is the package python3-venv installed? Or name an interpreter in media_bridge.python.executable";
  throw new StartError(
    "PYTHON",
    `the Python environment ${folder} cannot be made: ${remedy}\n${lastLines(result.all)}`,
    { cause: result },
  );
}

async function install(
  executable: string,
  files: readonly string[],
  onProgress: (line: string) => void,
): Promise<void> {
  const requirements = files.flatMap((file) => ["--requirement", file]);
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", ...requirements];
  const running = execa(executable, args, { reject: false, all: true });
  for await (const line of running.iterable({ from: "all" })) {
    const step = readPipStep(line);
    if (step !== undefined) onProgress(step);
  }
  const result = await running;
  if (result.failed) {
    throw new StartError("PYTHON", `pip cannot install ${files.join(", ")}:\n${linesThatMatter(result.all)}`, {
      cause: result,
    });
  }
}

function lastLines(text: string | undefined): string {
  return (text ?? "").split("\n").slice(-8).join("\n");
}
