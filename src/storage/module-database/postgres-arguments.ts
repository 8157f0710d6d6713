import { readFileSync } from "node:fs";
import type { PoolConfig } from "pg";
import { StartError } from "../../errors.ts";

/** Arguments of psycopg2 and its pool, as Synapse's `database.args` has them. */
export type PostgresArguments = Readonly<Record<string, string | number | boolean | null>>;

const CONNECT_TIMEOUT_SECONDS = 10;
const DEFAULT_CONNECTIONS = 5;

/**
 * The same for `pg`. Arguments that only libpq knows, such as keepalives, are left out. Throws a StartError for a
 * certificate that cannot be read.
 */
export function toPoolConfig(args: PostgresArguments): PoolConfig {
  const text = (name: string) => (args[name] === undefined || args[name] === null ? undefined : String(args[name]));
  const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)));
  const dsn = text("dsn");
  const settings = {
    connectionString: dsn,
    user: text("user"),
    password: text("password"),
    database: text("dbname") ?? text("database"),
    host: text("host"),
    port: number("port"),
    application_name: text("application_name"),
  };
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
    ...toTls(text),
    max: number("cp_max") ?? DEFAULT_CONNECTIONS,
    connectionTimeoutMillis: 1000 * (number("connect_timeout") ?? CONNECT_TIMEOUT_SECONDS),
  };
}

/** libpq's `prefer` tries encryption first; here it connects without, unless `sslmode` asks for more. */
function toTls(text: (name: string) => string | undefined): Pick<PoolConfig, "ssl"> {
  const mode = text("sslmode") ?? "prefer";
  if (["disable", "allow", "prefer"].includes(mode)) return {};
  const files = { ca: text("sslrootcert"), cert: text("sslcert"), key: text("sslkey") };
  const read = Object.entries(files).flatMap(([name, path]) => (path === undefined ? [] : [[name, readPem(path)]]));
  return {
    ssl: {
      ...(Object.fromEntries(read) as Record<string, string>),
      rejectUnauthorized: mode !== "require",
      // `verify-ca` checks who signed the certificate, not the host name.
      ...(mode === "verify-ca" && { checkServerIdentity: () => undefined }),
    },
  };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StartError("STORE", `the args of the modules' database: ${path} cannot be read`, {
      cause: error,
    });
  }
}
