import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StartError } from "../../errors.ts";

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;
/** A link may lead to a file of another user's choice, and a pipe would be waited for. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads the key of the installation, and makes it where there is none. Threads and processes that make it at the same
 * time all get one key. Throws a StartError `STORE`.
 */
export function openKey(path: string): ShadowKey {
  return readKey(path) ?? makeKey(path);
}

/** Reads the key of the installation; undefined where none was made. Throws a StartError `STORE`. */
export function readKey(path: string): ShadowKey | undefined {
  let text: string;
  try {
    text = readOwn(path).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw notAFile(path);
    if (error instanceof StartError) throw error;
    throw cannot("be read", path, error);
  }
  if (/^[0-9a-f]{64}$/.test(text)) return new ShadowKey(Buffer.from(text, "hex"));
  throw new StartError("STORE", `${path} holds no key of 64 hexadecimal digits: delete it, and a new one is made`);
}

function readOwn(path: string): string {
  const file = openSync(path, READ_FLAGS);
  try {
    if (!fstatSync(file).isFile()) throw notAFile(path);
    return readFileSync(file, "latin1");
  } finally {
    closeSync(file);
  }
}

function notAFile(path: string): StartError {
  return new StartError("STORE", `${path} is not a file: move it away`);
}

function makeKey(path: string): ShadowKey {
  const own = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(own, "wx", OWNER_ONLY);
    try {
      writeSync(file, `${randomBytes(KEY_BYTES).toString("hex")}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // The first one that links its file has made the key.
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannot("be made", path, error);
  } finally {
    rmSync(own, { force: true });
  }
  const key = readKey(path);
  if (key === undefined) throw cannot("be made", path, undefined);
  return key;
}

function cannot(what: string, path: string, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : "it is gone again";
  return new StartError("STORE", `The key ${path} cannot ${what}: ${reason}`, { cause });
}

/** The key under which names are replaced: the same name has the same replacement everywhere in one installation. */
export class ShadowKey {
  /** Prepared once: for bytes Node does that for each MAC, which then takes five times as long. */
  readonly #key: KeyObject;

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** A replacement for a text that does not tell it: `length` hexadecimal digits. */
  hide(text: string, length = 16): string {
    return this.#mac(text).toString("hex").slice(0, length);
  }

  /** 64 bits that stand for a text, as SQLite keeps an integer. */
  hash(text: string): bigint {
    return this.#mac(text).readBigInt64BE(0);
  }

  /** 128 bits that stand for a text. */
  fingerprint(text: string): Buffer {
    return this.#mac(text).subarray(0, 16);
  }

  #mac(text: string): Buffer {
    return createHmac("sha256", this.#key).update(text).digest();
  }
}
