import { resolve } from "node:path";
import { KINDS, type KindName } from "../callbacks/kinds.ts";
import { limitFromModule } from "../callbacks/limit.ts";
import { StartError } from "../errors.ts";

type Reader = (text: string) => unknown;

const text: Reader = (value) => value;

const bytes: Reader = (value) => {
  if (!/^\d+$/.test(value)) throw new TypeError("expected a number of bytes");
  return Number(value);
};

const limit: Reader = (value) => limitFromModule(JSON.parse(value));

/** The arguments of each callback, by name and form. */
const PARAMETERS: Record<KindName, readonly (readonly [name: string, read: Reader])[]> = {
  get_media_config_for_user: [["user_id", text]],
  is_user_allowed_to_upload_media_of_size: [["user_id", text], ["size", bytes]],
  get_media_upload_limits_for_user: [["user_id", text], ["size", bytes]],
  on_media_upload_limit_exceeded: [["user_id", text], ["limit", limit], ["sent_bytes", bytes], ["attempted_bytes", bytes]],
  check_media_file_for_spam: [["path", (value) => resolve(value)]],
  on_media_uploaded: [["user_id", text], ["media_id", text], ["size", bytes]],
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
    values.push({ serverName: null, fileId: "AAAAAAAAAAAAAAAAAAAAAAAA", urlCache: false, thumbnail: null });
  }
  return { kind, values };
}
