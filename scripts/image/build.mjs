// Takes the steps of a Dockerfile in root file systems, a folder for each stage.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { parseDockerfile, readCommand } from "./dockerfile.mjs";
import { readIgnoreList } from "./ignore-list.mjs";
import { makeBaseRoot, runStep } from "./root.mjs";

/**
 * @typedef {object} Image What a container engine knows of an image
 * @property {string} root
 * @property {Record<string, string>} env
 * @property {string} workdir
 * @property {string} [user]
 * @property {string} [stopSignal]
 * @property {string[]} [healthcheck]
 * @property {string[]} [entrypoint]
 * @property {string[]} [cmd]
 */

const BASE_IMAGE = "node:24-bookworm-slim";
const EMPTY = { env: {}, workdir: "/" };

/**
 * Builds the last stage of a Dockerfile. The context is the working directory.
 * @param {string} dockerfile @param {string} folder where the stages are made
 * @returns {Image}
 */
export function buildImage(dockerfile, folder) {
  const isIgnored = readIgnoreList(readFileSync(`${dockerfile}.dockerignore`, "utf8"));
  /** @type {Map<string, Image>} */
  const stages = new Map();
  const base = join(folder, "base-image");
  makeBaseRoot(base);
  stages.set(BASE_IMAGE, { ...EMPTY, root: base });
  /** @type {Image | undefined} */
  let image;
  for (const instruction of parseDockerfile(readFileSync(dockerfile, "utf8"))) {
    const { keyword, rest, flags, line } = instruction;
    process.stdout.write(`\n== line ${line}: ${keyword} ${rest}\n`);
    if (keyword === "FROM") image = openStage(rest, stages, folder);
    else if (image === undefined) throw new Error(`Dockerfile, line ${line}: ${keyword} before FROM`);
    else if (keyword === "COPY") copy(image, rest, flags, stages, isIgnored);
    else apply(image, instruction);
  }
  if (image === undefined) throw new Error("the Dockerfile has no stage");
  return image;
}

/** @param {string} text @param {Map<string, Image>} stages @param {string} folder */
function openStage(text, stages, folder) {
  const [from = "", , name = "last"] = text.split(/\s+/);
  const root = join(folder, `stage-${name}`);
  const parent = stageOf(from, stages);
  execFileSync("cp", ["--archive", "--reflink=auto", parent.root, root]);
  const image = { ...parent, root, env: { ...parent.env } };
  stages.set(name, image);
  return image;
}

/** @param {string} name @param {Map<string, Image>} stages */
function stageOf(name, stages) {
  const stage = stages.get(name);
  if (stage === undefined) throw new Error(`Dockerfile: ${name} is neither a stage nor ${BASE_IMAGE}`);
  return stage;
}

/** @param {Image} image @param {import("./dockerfile.mjs").Instruction} instruction */
function apply(image, instruction) {
  const { keyword, rest } = instruction;
  if (keyword === "RUN") {
    runStep({ ...image, command: ["/bin/sh", "-c", rest] });
  } else if (keyword === "WORKDIR") {
    image.workdir = posix.resolve(image.workdir, rest);
    mkdirSync(join(image.root, image.workdir), { recursive: true });
  } else if (keyword === "ENV") {
    const [name = "", value = ""] = rest.split("=");
    image.env[name] = value;
  } else if (keyword === "USER") image.user = rest;
  else if (keyword === "STOPSIGNAL") image.stopSignal = rest;
  else if (keyword === "HEALTHCHECK") image.healthcheck = readCommand(instruction);
  else if (keyword === "ENTRYPOINT") image.entrypoint = readCommand(instruction);
  else if (keyword === "CMD") image.cmd = readCommand(instruction);
}

/**
 * Copies as COPY does: of a folder what is in it, a file under its name into a folder.
 * @param {Image} image @param {string} text @param {Record<string, string>} flags @param {Map<string, Image>} stages
 * @param {(path: string) => boolean} isIgnored
 */
function copy(image, text, flags, stages, isIgnored) {
  const sources = text.split(/\s+/);
  const destination = sources.pop() ?? "";
  const context = flags.from === undefined ? resolve(".") : stageOf(flags.from, stages).root;
  const filter = (/** @type {string} */ path) => flags.from !== undefined || !isIgnored(relative(context, path));
  for (const source of sources) {
    const from = join(context, source);
    if (!filter(from)) throw new Error(`Dockerfile: ${source} is not part of the context`);
    const to = join(image.root, posix.resolve(image.workdir, destination));
    const isInto = !statSync(from).isDirectory() && destination.endsWith("/");
    mkdirSync(isInto ? to : dirname(to), { recursive: true });
    const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter };
    cpSync(from, isInto ? join(to, basename(source)) : to, options);
  }
}
