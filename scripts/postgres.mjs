// A PostgreSQL of one's own for tests: a new cluster in a temporary folder, reached by a Unix socket alone, with a
// password. Prints how to connect as one line of JSON, and removes everything once its standard input ends.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const VERSIONS = "/usr/lib/postgresql";
const OWNER = "postgres";

const binaries = findBinaries();
const isRoot = process.getuid?.() === 0;
// Debian's package makes this user; PostgreSQL refuses to run as root.
const [uid, gid] = isRoot ? findUser(OWNER) : [undefined, undefined];
const folder = mkdtempSync(join(tmpdir(), "media-bridge-postgres-"));
const identity = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }), cwd: folder };
const data = join(folder, "data");
const password = randomBytes(12).toString("hex");

try {
  writeFileSync(join(folder, "password"), password, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) {
    for (const path of [folder, join(folder, "password")]) chownSync(path, uid, gid);
  }
  const initialise = ["-D", data, "-U", OWNER, "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync"];
  execFileSync(join(binaries, "initdb"), [...initialise, `--pwfile=${join(folder, "password")}`], {
    ...identity,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const settings = { listen_addresses: "", unix_socket_directories: folder, fsync: "off", max_connections: "40" };
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...identity, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(server, "exit");
  await becameReady(server);
  process.stdout.write(
    `${JSON.stringify({ host: folder, port: 5432, user: OWNER, password, database: "postgres" })}\n`,
  );
  process.stdin.resume();
  await Promise.race([once(process.stdin, "end"), once(process.stdin, "close"), ended]);
  server.kill("SIGQUIT");
  await ended;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {import("node:child_process").ChildProcess} server */
async function becameReady(server) {
  let said = "";
  await new Promise((resolve, reject) => {
    server.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (said.includes("database system is ready to accept connections")) resolve(undefined);
    });
    server.once("exit", () => reject(new Error(`PostgreSQL does not start:\n${said}`)));
  });
  // Drained from here on, and not kept.
  server.stderr?.removeAllListeners("data").resume();
}

function findBinaries() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  const path = newest === undefined ? undefined : join(VERSIONS, newest, "bin");
  if (path === undefined || !existsSync(join(path, "initdb"))) {
    throw new Error("PostgreSQL is missing: apt-get install postgresql");
  }
  return path;
}

/** @param {string} name */
function findUser(name) {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`the user ${name} is missing, and PostgreSQL cannot run as root`);
  const [, , user, group] = line.split(":");
  return [Number(user), Number(group)];
}
