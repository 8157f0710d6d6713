import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KINDS, type KindName } from "../callbacks/kinds.ts";
import type { Portable } from "../callbacks/asked/asked.ts";
import type { FixtureQuestion } from "../shadow/parity/fixture-lines.ts";
import { toVisibleText } from "../util/log/visible-text.ts";

/** A question that a module answered and its candidate answered differently. */
export interface ParityQuestion extends FixtureQuestion {
  /** The title of its test. */
  readonly title: string;
  /** The bytes of the file that it is about; undefined where it is about none, or the file is not there. */
  readonly content: Uint8Array | undefined;
  /** Whether it is about a file that is not there. */
  readonly lacksFile: boolean;
}

/** The questions of a file that `media-bridge parity --fixture` has written. */
export interface ParityFixture {
  /** Smallest first. */
  readonly questions: readonly ParityQuestion[];
  /** Reads a module's configuration from a JSON file; integers beyond 2^53 are bigint, as in a service. */
  readConfig(file: string | URL): never;
}

const MAX_TITLE = 120;

/**
 * Reads a fixture: a path, or a `file:` URL. Files that questions are about are looked for in the folder `files` beside
 * it, under their SHA-256.
 *
 * @throws {TypeError} where it is not a fixture; the message names the line.
 */
export function readFixture(file: string | URL): ParityFixture {
  const path = toPath(file);
  const [header = "", ...lines] = readFileSync(path, "utf8").split("\n");
  const { format, version } = parseLine(path, header, 1) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== "media-bridge questions" || version !== 1) {
    throw new TypeError(`${path}:1: the file does not begin with the header of questions, version 1`);
  }
  const questions = lines.flatMap((line, index) =>
    line === "" ? [] : [readQuestion(path, parseLine(path, line, index + 2), index)],
  );
  return { questions, readConfig: (config) => readExactly(toPath(config)) as never };
}

function readQuestion(path: string, value: unknown, index: number): ParityQuestion {
  const question = value as FixtureQuestion;
  if (!Object.hasOwn(KINDS, question.callback) || !Array.isArray(question.args) || question.said === undefined) {
    throw new TypeError(`${path}:${index + 2}: the line is not a question`);
  }
  const content = contentOf(path, question);
  const isAboutFile = question.callback === "check_media_file_for_spam";
  return { ...question, title: titleOf(question, index), content, lacksFile: isAboutFile && content === undefined };
}

function contentOf(path: string, { file }: FixtureQuestion): Uint8Array | undefined {
  if (file?.sha256 === undefined || !/^[0-9a-f]{64}$/.test(file.sha256)) return undefined;
  const found = join(dirname(path), "files", file.sha256);
  return existsSync(found) ? readFileSync(found) : undefined;
}

function titleOf({ callback, args }: { callback: KindName; args: readonly Portable[] }, index: number): string {
  const words = toVisibleText(`${index + 1}: ${callback}(${JSON.stringify(args).slice(1, -1)})`);
  return words.length <= MAX_TITLE ? words : `${words.slice(0, MAX_TITLE - 1)}…`;
}

function parseLine(path: string, line: string, number: number): unknown {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The message below says it.
  }
  throw new TypeError(`${path}:${number}: the line is not a JSON object`);
}

function readExactly(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"), keepIntegers as (key: string, value: unknown) => unknown);
}

function keepIntegers(_key: string, value: unknown, { source = "" }: { readonly source?: string }): unknown {
  return typeof value === "number" && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value;
}

function toPath(file: string | URL): string {
  return file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file;
}
