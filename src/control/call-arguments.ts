import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { KINDS, type KindName } from "../callbacks/kinds.ts";
import { limitFromModule } from "../callbacks/limit.ts";
import { isUserId } from "../config/matrix-names.ts";
import { StartError } from "../errors.ts";
import { localFile, toFileInfo } from "../media-file.ts";

type Reader = (text: string) => unknown;

const text: Reader = (value) => value;

const userId: Reader = (value) => {
  if (!isUserId(value)) throw new TypeError("this is not a user ID (such as @alice:example.com)");
  return value;
};

const bytes: Reader = (value) => {
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value)))
    throw new TypeError("this is not a number of bytes");
  return Number(value);
};

const limit: Reader = (value) => {
  try {
    return limitFromModule(JSON.parse(value));
  } catch (error) {
    const form = '\'{"maxBytes": 1000, "timePeriodMs": 3600000}\'';
    throw new TypeError(`this is not a limit (such as ${form}): ${(error as Error).message}`, { cause: error });
  }
};

const file: Reader = (value) => {
  if (!existsSync(value)) throw new TypeError("there is no such file");
  return resolve(value);
};

/** The arguments of each callback, by name and form. */
const PARAMETERS: Record<KindName, readonly (readonly [name: string, read: Reader])[]> = {
  get_media_config_for_user: [["user_id", userId]],
  is_user_allowed_to_upload_media_of_size: [["user_id", userId], ["size", bytes]],
  get_media_upload_limits_for_user: [["user_id", userId], ["size", bytes]],
  on_media_upload_limit_exceeded: [["user_id", userId], ["limit", limit], ["sent_bytes", bytes], ["attempted_bytes", bytes]],
  check_media_file_for_spam: [["path", file]],
  on_media_uploaded: [["user_id", userId], ["media_id", text], ["size", bytes]],
  on_media_deleted: [["media_id", text]],
}; // prettier-ignore

/** Reads a callback's name and arguments off the command line. Throws a StartError that says what is expected. */
export function readArguments(callback: string, args: readonly string[]): { kind: KindName; values: unknown[] } {
  if (!Object.hasOwn(KINDS, callback)) {
    throw new StartError("CONFIG", `there is no callback ${callback}; there are ${Object.keys(KINDS).join(", ")}`);
  }
  const kind = callback as KindName;
  const parameters = PARAMETERS[kind];
  const usage = `${kind} ${parameters.map(([name]) => `<${name}>`).join(" ")}`;
  if (args.length !== parameters.length) throw new StartError("CONFIG", `expected ${usage}`);
  const values = parameters.map(([name, read], index) => {
    try {
      return read(args[index] ?? "");
    } catch (error) {
      throw new StartError("CONFIG", `${name}: ${(error as Error).message}; expected ${usage}`, { cause: error });
    }
  });
  if (kind === "check_media_file_for_spam") {
    values.push(toFileInfo(localFile("AAAAAAAAAAAAAAAAAAAAAAAA")));
  }
  return { kind, values };
}
