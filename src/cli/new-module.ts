import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "../errors.ts";
import { SHIM_FOLDER } from "../util/shim-folder.ts";

/** Words, joined by dashes: a name of a file, of a TypeScript module and, with underscores, of a Python module. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 60;
const TEMPLATES = fileURLToPath(new URL("../../templates", import.meta.url));
/** Names that Python, the tests or the module itself need. */
const TAKEN_IN_PYTHON = new Set(
  "and as assert async await break case class conftest continue def del elif else except finally for from global if import in is lambda match media-bridge-shim media-bridge-testing nonlocal not or pass pytest raise return synapse twisted try type while with yield".split(
    " ",
  ),
);
/** A token is for its owner alone. */
const OWNER_ONLY = 0o600;

export interface NewModuleOptions {
  readonly python: boolean;
  /** In which the folder is made. */
  readonly cwd: string;
}

/**
 * `media-bridge new-module`: makes a folder with a module, its configuration, its tests and a README. Returns what to
 * do next; throws a StartError for a name that cannot be used, and where there is something of that name already.
 */
export function newModule(name: string, { python, cwd }: NewModuleOptions): string {
  checkName(name, python);
  const folder = resolve(cwd, name);
  makeFolder(folder, name);
  const replaced = placesOf(name, folder);
  const template = join(TEMPLATES, python ? "python" : "typescript");
  try {
    for (const file of readdirSync(template)) {
      const text = fill(readFileSync(join(template, file), "utf8"), replaced);
      const mode = file === "tokens.yaml" ? { mode: OWNER_ONLY } : {};
      writeFileSync(join(folder, fill(file, replaced)), text, mode);
    }
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw new StartError("CONFIG", `${folder} cannot be written: ${(cause as Error).message}`, { cause });
  }
  return `made ${name}/: its README.md says how to test it and how to try it out`;
}

function checkName(name: string, python: boolean): void {
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    throw new StartError(
      "CONFIG",
      `${name}: a module's name is made of lower-case letters, digits and single dashes, begins with a letter, and has at most ` +
        `${MAX_NAME_LENGTH} characters (such as small-files)`,
    );
  }
  if (python && TAKEN_IN_PYTHON.has(name)) {
    throw new StartError("CONFIG", `${name}: a Python module cannot have this name; choose another one`);
  }
}

function makeFolder(folder: string, name: string): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const problem = exists
      ? `there is something of that name already, and nothing was changed: choose another name, or remove ${folder} first`
      : `the folder cannot be made: ${(cause as Error).message}`;
    throw new StartError("CONFIG", `${name}: ${problem}`, { cause });
  }
}

function placesOf(name: string, folder: string): ReadonlyMap<string, string> {
  const words = name.split("-");
  return new Map([
    ["module-name", name],
    ["module_name", words.join("_")],
    ["ModuleName", words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")],
    ["SHIM_FOLDER", shimFrom(folder)],
  ]);
}

/** Relative where the package is installed above the folder, so that the project may be moved. */
function shimFrom(folder: string): string {
  const [project, ...rest] = SHIM_FOLDER.split(`${sep}node_modules${sep}`);
  const isAbove = rest.length > 0 && project !== undefined && folder.startsWith(project + sep);
  return isAbove ? relative(folder, SHIM_FOLDER) : SHIM_FOLDER;
}

function fill(text: string, replaced: ReadonlyMap<string, string>): string {
  return [...replaced].reduce((filled, [place, value]) => filled.replaceAll(place, value), text);
}
