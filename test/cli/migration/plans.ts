import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { removeAfterFile } from "../../support/setup/remains.ts";

export const ALICE = "@alice:example.test";
export const BOB = "@bob:example.test";

/** A module with plans, in Python. */
export const PYTHON = `
from synapse.module_api import NOT_SPAM, MediaUploadLimit
from synapse.module_api.errors import Codes, SynapseError

class Plans:
    def __init__(self, config, api):
        self.config = config
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_config_for_user=self.media_config,
            get_media_upload_limits_for_user=self.limits,
            on_media_upload_limit_exceeded=self.exceeded,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.spam)

    def max_bytes(self, user):
        return self.config["plans"].get(user, self.config["default"])

    async def allowed(self, user, size):
        return size <= self.max_bytes(user)

    async def media_config(self, user):
        return {"m.upload.size": self.max_bytes(user), "big": 12345678901234567890}

    async def limits(self, user):
        return [MediaUploadLimit(10 ** 30, 60000)] if user in self.config["plans"] else None

    async def exceeded(self, user, limit, sent, attempted):
        raise SynapseError(403, "Enough", "ORG.EXAMPLE_ENOUGH", {"left": limit.max_bytes - sent})

    async def spam(self, file, info):
        return Codes.FORBIDDEN if open(file.path).read() == "spam" else NOT_SPAM
`;
/** The same module, rewritten. */
export const TYPESCRIPT = `
import { readFileSync } from "node:fs";
import { defineModule, MatrixError, refuse } from "synapse-media-bridge";
export default defineModule({
  name: "plans",
  setup(api, config: { default: number; plans: Record<string, number> }) {
    const maxBytes = (user: string) => config.plans[user] ?? config.default;
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (user, size) => size <= maxBytes(user),
      getMediaConfigForUser: (user) => ({ big: 12345678901234567890n, "m.upload.size": maxBytes(user) }),
      getMediaUploadLimitsForUser: (user) =>
        user in config.plans ? [{ maxBytes: 10n ** 30n, timePeriodMs: 60000 }] : undefined,
      onMediaUploadLimitExceeded: (_user, limit, sent) => {
        throw new MatrixError(403, "ORG.EXAMPLE_ENOUGH", "Enough", { fields: { left: Number(limit.maxBytes) - sent } });
      },
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: ({ path }) => (readFileSync(path, "utf8") === "spam" ? refuse() : false),
    });
  },
});
`;
export const CONFIG = { default: 100, plans: { [ALICE]: 5000 } };
const LIMIT = '{"maxBytes": 1000, "timePeriodMs": 60000}';

let recorded: Promise<CliFolder> | undefined;

/** A folder of the test's own with both modules, and a recording of the Python one, which is made once for a file. */
export async function recordedFolder(): Promise<CliFolder> {
  const original = await (recorded ??= record());
  const folder = new CliFolder({ config: { modules: [{ module: "plans.Plans", config: CONFIG }] } });
  for (const name of ["plans.py", "plans.ts", "spam.txt", "ham.txt", "questions.jsonl"]) {
    cpSync(join(original.path, name), join(folder.path, name), { preserveTimestamps: true });
  }
  // It names the files that were looked at.
  const recording = join(folder.path, "questions.jsonl");
  writeFileSync(recording, readFileSync(recording, "utf8").replaceAll(original.path, folder.path));
  return folder;
}

async function record(): Promise<CliFolder> {
  // Its folder is gone then.
  removeAfterFile(() => (recorded = undefined));
  const folder = new CliFolder({ config: { modules: [{ module: "plans.Plans", config: CONFIG }] } });
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write("plans.py", PYTHON);
  write("plans.ts", TYPESCRIPT);
  write("spam.txt", "spam");
  write("ham.txt", "ham");
  // One after the other: the file is what they add to. The first asks the configuration, the others a service.
  const service = await folder.start();
  let whom = "--config";
  for (const args of [
    ...[ALICE, BOB].flatMap((user) => [10, 1_000_000].map((size) => ["is_user_allowed_to_upload_media_of_size", user, size])),
    ["get_media_config_for_user", ALICE],
    ["get_media_upload_limits_for_user", ALICE, 5],
    ["get_media_upload_limits_for_user", BOB, 5],
    ["on_media_upload_limit_exceeded", BOB, LIMIT, 900, 200],
    ["check_media_file_for_spam", "spam.txt"],
    ["check_media_file_for_spam", "ham.txt"],
  ]) {
    const called = await folder.endBare(["call", ...args.map(String), "--record", "questions.jsonl", whom, folder.config]);
    expect([called.status, called.stdout]).toEqual([0, expect.stringMatching(/recorded in questions\.jsonl: answers of 1 module$/)]);
    whom = "--running";
  }
  service.kill("SIGTERM");
  await service.ended;
  return folder;
} // prettier-ignore

/** Runs the command on the questions that were recorded. */
export function replay(folder: CliFolder, ...args: readonly string[]) {
  return folder.end(["replay", "questions.jsonl", ...args]);
}

interface Report {
  readonly candidate: string;
  readonly asked: number;
  readonly skippedFiles: number;
  readonly borders: number;
  readonly warnings: string[];
  readonly classes: Record<string, { count: number; smallest: { callback: string; args: unknown[] }[] }>;
}

export function reportOf({ stdout }: { readonly stdout: string }): Report {
  return JSON.parse(stdout) as Report;
}
