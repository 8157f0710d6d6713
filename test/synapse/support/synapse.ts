import { execFileSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { startProcess } from "../../support/process.ts";

/** The name of every homeserver here. */
export const SERVER_NAME = "matrix.test";

export interface SynapseOptions {
  /** Whether it serves media itself. Default: no, that is our service's work. */
  readonly mediaRepo?: boolean;
  /** Top-level keys of its homeserver.yaml, in place of or beside those that are always there. */
  readonly config?: Record<string, unknown>;
  /** `database:` of its homeserver.yaml. Default: a SQLite file in its folder. */
  readonly database?: DatabaseConfig;
  /** Folders in which its modules are found. */
  readonly pythonPath?: readonly string[];
  /** The interpreter of its environment. Default: {@link synapsePython}. */
  readonly python?: string;
  /** Where it serves other homeservers on this machine: its name is then 127.0.0.1 and this port. Default: nowhere. */
  readonly federationPort?: number;
}

/** The shape of Synapse's `database:`. */
export interface DatabaseConfig {
  readonly name: "sqlite3" | "psycopg2";
  readonly args: Record<string, unknown>;
}

/** A real Synapse on a port that the system chose, without federation and rate limits. */
export interface Homeserver {
  readonly url: string;
  readonly port: number;
  /** The folder of its log, its media and its SQLite database. */
  readonly folder: string;
  readonly registrationSecret: string;
  /** The token of its application service, which may act as every user. */
  readonly appserviceToken: string;
  readonly admin: Account;
  readonly database: DatabaseConfig;
}

/** A {@link Homeserver} that was started here. */
export interface Synapse {
  /** What can be handed to another process. */
  readonly homeserver: Homeserver;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A user and a token of theirs. */
export interface Account {
  readonly userId: string;
  readonly accessToken: string;
}

const ENDLESS = { per_second: 1e6, burst_count: 1e6 };
const LISTENING = /Synapse now listening on TCP port (\d+)/;
const CHOSEN_PORT = /Site starting on (\d+)/;
const NonceSchema = z.object({ nonce: z.string() });
const RegisteredSchema = z.object({ user_id: z.string(), access_token: z.string() });

/**
 * The interpreter of the environment with a real Synapse: the one of `npm run setup:synapse`, or that of the release
 * that `npm run test:synapse -- --release` installed.
 */
export function synapsePython(): string {
  const environment = process.env["MEDIA_BRIDGE_TEST_SYNAPSE"] ?? ".synapse";
  const python = fileURLToPath(new URL(`../../../${environment}/bin/python`, import.meta.url));
  if (!existsSync(python)) throw new Error(`${environment} is missing: run npm run setup:synapse`);
  return python;
}

/** The minor release of that Synapse: 163 for 1.163.2. */
export function synapseMinor(): number {
  const read = "import importlib.metadata as packages; print(packages.version('matrix-synapse'))";
  const version = execFileSync(synapsePython(), ["-c", read], { encoding: "utf8" });
  return Number(version.split(".")[1]);
}

/** Starts one and waits until it listens. Rejects with the end of its log where it does not come up. */
export async function startSynapse(options: SynapseOptions = {}): Promise<Synapse> {
  const { mediaRepo = false, config = {}, pythonPath = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-synapse-"));
  const registrationSecret = randomBytes(16).toString("hex");
  const appserviceToken = randomBytes(16).toString("hex");
  const configPath = join(folder, "homeserver.yaml");
  const database = options.database ?? { name: "sqlite3", args: { database: join(folder, "homeserver.db") } };
  const base = { ...createConfig(folder, mediaRepo, registrationSecret), ...federate(folder, options, mediaRepo) };
  // JSON is YAML.
  writeFileSync(configPath, JSON.stringify({ ...base, database, ...config }));
  writeFileSync(join(folder, "log.yaml"), JSON.stringify(createLogConfig()));
  writeFileSync(join(folder, "appservice.yaml"), JSON.stringify(createAppservice(appserviceToken)));
  let stop: (() => Promise<void>) | undefined;
  try {
    const synapse = await startProcess(
      options.python ?? synapsePython(),
      ["-m", "synapse.app.homeserver", "--config-path", configPath],
      {
        ready: LISTENING,
        cwd: folder,
        environment: { PYTHONPATH: pythonPath.join(":"), PYTHONDONTWRITEBYTECODE: "1" },
        logPath: join(folder, "homeserver.log"),
      },
    );
    stop = () => synapse.stop();
    // Older releases say the configured port there, which is 0, and Twisted says the chosen one just before.
    const port = Number(synapse.ready[1]) || Number(CHOSEN_PORT.exec(synapse.lastLines())?.[1]);
    const reached = { url: `http://127.0.0.1:${port}`, port, folder, registrationSecret };
    const admin = await register(reached, "admin", { admin: true });
    return {
      homeserver: { ...reached, appserviceToken, admin, database },
      pid: synapse.pid,
      async stop() {
        await synapse.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stop?.();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Registers a user by the shared secret, as `register_new_matrix_user` does; the password is the name. */
export async function register(
  { url, registrationSecret }: Pick<Homeserver, "url" | "registrationSecret">,
  username: string,
  { admin = false } = {},
): Promise<Account> {
  const path = `${url}/_synapse/admin/v1/register`;
  const { nonce } = NonceSchema.parse(await (await fetch(path)).json());
  const signed = [nonce, username, username, admin ? "admin" : "notadmin"].join("\0");
  const mac = createHmac("sha1", registrationSecret).update(signed).digest("hex");
  const body = JSON.stringify({ nonce, username, password: username, admin, mac });
  const headers = { "Content-Type": "application/json" };
  const answer: unknown = await (await fetch(path, { method: "POST", headers, body })).json();
  const { user_id: userId, access_token: accessToken } = RegisteredSchema.parse(answer, {
    error: () => `${username} cannot be registered: ${JSON.stringify(answer)}`,
  });
  return { userId, accessToken };
}

/** Serves other homeservers of this machine, with a certificate that they are not to verify. */
function federate(folder: string, { federationPort: port }: SynapseOptions, mediaRepo: boolean): object {
  if (port === undefined) return {};
  const [key, certificate] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", ...made, ...subject], { stdio: "ignore" });
  const names = ["federation", "client", ...(mediaRepo ? ["media"] : [])];
  return {
    server_name: `127.0.0.1:${port}`,
    tls_certificate_path: certificate,
    tls_private_key_path: key,
    listeners: [
      createListener(mediaRepo),
      { ...createListener(mediaRepo), port, tls: true, resources: [{ names, compress: false }] },
    ],
    federation_domain_whitelist: null,
    federation_verify_certificates: false,
    ip_range_blacklist: [],
  };
}

function createListener(mediaRepo: boolean): object {
  const names = mediaRepo ? ["client", "media"] : ["client"];
  const listener = { port: 0, bind_addresses: ["127.0.0.1"], type: "http", tls: false, x_forwarded: true };
  return { ...listener, resources: [{ names, compress: false }] };
}

function createConfig(folder: string, mediaRepo: boolean, registrationSecret: string): object {
  return {
    server_name: SERVER_NAME,
    public_baseurl: `https://${SERVER_NAME}/`,
    listeners: [createListener(mediaRepo)],
    pid_file: join(folder, "homeserver.pid"),
    log_config: join(folder, "log.yaml"),
    media_store_path: join(folder, "media"),
    enable_media_repo: mediaRepo,
    app_service_config_files: [join(folder, "appservice.yaml")],
    registration_shared_secret: registrationSecret,
    signing_key: `ed25519 a_test ${randomBytes(32).toString("base64").replace(/=+$/, "")}`,
    macaroon_secret_key: randomBytes(16).toString("hex"),
    form_secret: randomBytes(16).toString("hex"),
    report_stats: false,
    allow_guest_access: true,
    bcrypt_rounds: 4,
    trusted_key_servers: [],
    federation_domain_whitelist: [],
    room_list_publication_rules: [{ action: "allow" }],
    rc_message: ENDLESS,
    rc_registration: ENDLESS,
    rc_login: { address: ENDLESS, account: ENDLESS, failed_attempts: ENDLESS },
    rc_joins: { local: ENDLESS, remote: ENDLESS },
    rc_invites: { per_room: ENDLESS, per_user: ENDLESS },
    rc_media_create: ENDLESS,
  };
}

function createLogConfig(): object {
  return {
    version: 1,
    disable_existing_loggers: false,
    formatters: { line: { format: "%(asctime)s %(levelname)s %(name)s %(message)s" } },
    handlers: { console: { class: "logging.StreamHandler", formatter: "line" } },
    root: { level: "INFO", handlers: ["console"] },
  };
}

function createAppservice(token: string): object {
  return {
    id: "media_bridge",
    url: null,
    as_token: token,
    hs_token: randomBytes(16).toString("hex"),
    sender_localpart: "media_bridge",
    rate_limited: false,
    namespaces: { users: [{ regex: "@.*", exclusive: false }], aliases: [], rooms: [] },
  };
}
