// A root file system without a container engine: made by debootstrap, entered by unshare and chroot. Mounts are made in a mount
// namespace of each command, so that none is left when it has ended, however it ends.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What the base image sets it to. */
export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const OWN_MOUNTS = ["--mount", "--propagation", "private"];
/** Certificates of this machine, for steps that load packages; the image does not hold them. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const TEMPORARY_CERTIFICATES = "/run/certificates-of-this-machine.crt";

/**
 * @typedef {object} Entry
 * @property {string} root
 * @property {string[]} command
 * @property {string} workdir
 * @property {Record<string, string>} env
 * @property {string} [user] Numbers of user and group; root where it is absent
 * @property {boolean} [isReadOnly] Whether nothing but what is mounted can be written
 * @property {{from: string, to: string, isReadOnly?: boolean}[]} [mounts]
 */

/**
 * What the image `node:24-bookworm-slim` is: Debian, Node.js and npm. Node.js is the project's, npm this machine's.
 * @param {string} root
 */
export function makeBaseRoot(root) {
  // It mounts /proc below the root, which would stay where it is interrupted.
  run("unshare", [...OWN_MOUNTS, "debootstrap", "--variant=minbase", "bookworm", root, readMirror()]);
  cpSync(resolve("node_modules/node/bin/node"), join(root, "usr/local/bin/node"));
  const npm = dirname(dirname(realpathSync(execFileSync("which", ["npm"], { encoding: "utf8" }).trim())));
  mkdirSync(join(root, "usr/local/lib/node_modules"), { recursive: true });
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true, verbatimSymlinks: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
}

/** The Debian archive that this machine installs from. */
function readMirror() {
  const query = ["indextargets", "--format", "$(REPO_URI)", "Codename: bookworm", "Component: main"];
  const [mirror] = execFileSync("apt-get", query, { encoding: "utf8" }).split("\n");
  if (!mirror) throw new Error("apt-get has no archive of Debian bookworm configured");
  return mirror;
}

/**
 * Runs a step of the image to its end, as root, with this machine's package registries. Throws where it fails.
 * @param {Omit<Entry, "user" | "isReadOnly" | "mounts">} entry
 */
export function runStep(entry) {
  const mounts = [{ from: CERTIFICATES, to: TEMPORARY_CERTIFICATES, isReadOnly: true }];
  const [program = "", ...args] = enter({ ...entry, mounts });
  run(program, args, { PATH, HOME: "/root", ...entry.env, ...readRegistries() });
  // The place that they were mounted at.
  rmSync(join(entry.root, TEMPORARY_CERTIFICATES));
}

/** npm's and pip's registries, where others than their own are set, and whom they trust. */
function readRegistries() {
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const index = spawnSync("python3", ["-m", "pip", "config", "get", "global.index-url"], { encoding: "utf8" });
  return {
    npm_config_registry: registry,
    npm_config_cafile: TEMPORARY_CERTIFICATES,
    NODE_EXTRA_CA_CERTS: TEMPORARY_CERTIFICATES,
    PIP_CERT: TEMPORARY_CERTIFICATES,
    ...(index.status === 0 && { PIP_INDEX_URL: index.stdout.trim() }),
  };
}

/**
 * The command line that runs a command within a root: process 1 of a namespace of its own, as in a container.
 * @param {Entry} entry
 * @returns {string[]}
 */
export function enter({ root, command, workdir, user, isReadOnly = false, mounts = [] }) {
  const script = [
    mount(root, root, isReadOnly),
    `mount -t proc proc ${quote(join(root, "proc"))}`,
    `mount --rbind /dev ${quote(join(root, "dev"))}`,
    ...(isReadOnly ? [`mount -t tmpfs tmpfs ${quote(join(root, "tmp"))}`] : []),
    ...mounts.flatMap(({ from, to, isReadOnly: isFixed }) => {
      const target = join(root, to);
      return [...(isReadOnly ? [] : [`: >> ${quote(target)}`]), mount(from, target, isFixed)];
    }),
    'exec chroot "$@"',
  ];
  const [uid = "0", gid = uid] = user?.split(":") ?? [];
  const ids = ["--reuid", uid, "--regid", gid, "--clear-groups"];
  const drop = user === undefined ? [] : [...ids, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];
  const inside = [...(drop.length > 0 ? ["setpriv", ...drop] : []), "env", `--chdir=${workdir}`, ...command];
  return [
    "unshare",
    ...OWN_MOUNTS,
    "--pid",
    "--fork",
    "--kill-child",
    "sh",
    "-euc",
    script.join("\n"),
    "sh",
    root,
    ...inside,
  ];
}

/** @param {string} from @param {string} to @param {boolean} [isReadOnly] */
function mount(from, to, isReadOnly = false) {
  const bound = `mount --bind ${quote(from)} ${quote(to)}`;
  return isReadOnly ? `${bound} && mount -o remount,bind,ro ${quote(to)}` : bound;
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The number that a process has outside its namespace, where `unshare` is its parent.
 * @param {number} unsharePid
 */
export function findFirstProcess(unsharePid) {
  const [first] = readFileSync(`/proc/${unsharePid}/task/${unsharePid}/children`, "utf8").split(" ");
  return Number(first);
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function run(program, args, env = process.env) {
  execFileSync(program, args, { stdio: ["ignore", "inherit", "inherit"], env });
}
