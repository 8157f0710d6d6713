import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { parseSize, SIZE_FORM } from "../../config/forms/units.ts";
import { askRunning, describeAsked } from "../../control/ask-service.ts";
import { describeUser } from "../../control/user/describe-user.ts";
import { formatUser } from "../../control/user/format-user.ts";
import type { TriedUpload, UserQuestion } from "../../control/user/user-question.ts";
import type { UserReport } from "../../control/user/user-report.ts";
import { StartError } from "../../errors.ts";
import { openUserLook } from "../../server/commands/user-look.ts";
import { createLogger } from "../../util/log.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { readOwnUser } from "./own-user.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";

/** What of `media-bridge user` is given beside the user. */
export interface UserOptions {
  /** The size of an upload to try, as it was written. */
  readonly upload: string | undefined;
  readonly file: string | undefined;
  readonly type: string | undefined;
  readonly json: boolean;
}

/**
 * `media-bridge user`: what a user has uploaded and still may, by the running service, or by the configuration where none runs.
 * Resolves to what is to be printed; rejects with a StartError where it cannot be told.
 */
export async function user(config: Config, name: string, options: UserOptions): Promise<string> {
  const question = { userId: readOwnUser(name, config), upload: readUpload(options) };
  const running = (await askRunning(config, "user", question)) as UserReport | undefined;
  const asked = running === undefined ? "configuration" : "service";
  const report = running ?? (await describeByConfig(question, config));
  return options.json
    ? JSON.stringify({ asked, ...report }, null, 2)
    : `${describeAsked(asked)}\n${formatUser(report)}`;
}

async function describeByConfig(question: UserQuestion, config: Config): Promise<UserReport> {
  isolateModuleOutput();
  const look = await openUserLook(config, createLogger("fatal"), { onProgress: showPythonSetup() });
  try {
    return await describeUser(question, look);
  } finally {
    await look.close();
  }
}

function readUpload({ upload, file, type }: UserOptions): TriedUpload | undefined {
  if (upload !== undefined && file !== undefined) {
    throw new StartError("CONFIG", "--upload and --file: expected one of them, the size of a file is its own");
  }
  if (file !== undefined) return { sizeBytes: sizeOf(file), type, file: resolve(file) };
  if (upload !== undefined) return { sizeBytes: readSize(upload), type };
  if (type !== undefined) throw new StartError("CONFIG", "--type: expected --upload <size> or --file <path> with it");
  return undefined;
}

function readSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new StartError("CONFIG", `--upload: expected ${SIZE_FORM}`);
  return bytes;
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true) return found.size;
  throw new StartError("CONFIG", `--file: ${file} is not a file`);
}
