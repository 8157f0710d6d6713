import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { KINDS, type KindName } from "../callbacks/kinds.ts";
import type { ParameterForm } from "../callbacks/parameters.ts";
import { limitFromModule } from "../callbacks/limit.ts";
import { isUserId } from "../config/forms/matrix-names.ts";
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

/** How an argument of each form is read from the command line; null where it is not given there. */
const READERS: Record<ParameterForm, Reader | null> = {
  userId,
  bytes,
  mediaId: text,
  limit,
  path: file,
  fileInfo: null,
};

/** The file that a callback is told of: local media that never existed. */
const SOME_FILE = toFileInfo(localFile("AAAAAAAAAAAAAAAAAAAAAAAA"));

/** Reads a callback's name and arguments from the command line. Throws a StartError that says what is expected. */
export function readArguments(callback: string, args: readonly string[]): { kind: KindName; values: unknown[] } {
  if (!Object.hasOwn(KINDS, callback)) {
    throw new StartError("CONFIG", `there is no callback ${callback}; there are ${Object.keys(KINDS).join(", ")}`);
  }
  const kind = callback as KindName;
  const { parameters } = KINDS[kind];
  const given = parameters.filter(({ form }) => READERS[form] !== null);
  const usage = `${kind} ${given.map(({ name }) => `<${name}>`).join(" ")}`;
  if (args.length !== given.length) throw new StartError("CONFIG", `expected ${usage}`);
  const left = args.values();
  const values = parameters.map(({ name, form }) => {
    const read = READERS[form];
    if (read === null) return SOME_FILE;
    try {
      return read(left.next().value ?? "");
    } catch (error) {
      throw new StartError("CONFIG", `${name}: ${(error as Error).message}; expected ${usage}`, { cause: error });
    }
  });
  return { kind, values };
}
