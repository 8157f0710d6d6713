import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** In bytes, by the module of the chain that gives a user limits; no module gives `free` users any. */
export const LIMITS = { first: 300_000, second: 200_000, third: 250_000, free: Infinity } as const;
export type Kind = keyof typeof LIMITS;

const PERIOD_MS = 30 * 86_400_000;

/** Reports its process to the code that kills it, and has a process of its own that must end with it. */
const FIRST = `
import logging, os, subprocess
from synapse.module_api import MediaUploadLimit
from synapse.module_api.errors import Codes, SynapseError

logging.getLogger("storm").warning("storm: child %d of %d", os.getpid(), os.getppid())

class First:
    def __init__(self, config, api):
        self.grandchild = subprocess.Popen(["sleep", "86400"])
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.is_allowed,
            get_media_upload_limits_for_user=self.get_limits,
            on_media_upload_limit_exceeded=self.on_exceeded,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_spam)

    async def is_allowed(self, user_id, size):
        return size % 7 != 0

    async def get_limits(self, user_id):
        return [MediaUploadLimit(${LIMITS.first}, ${PERIOD_MS})] if user_id.startswith("@first") else None

    async def on_exceeded(self, user_id, limit, sent_bytes, attempted_bytes):
        if user_id.startswith("@first"):
            raise SynapseError(429, "no more", "ORG.FIRST.LIMIT")

    async def check_spam(self, file_wrapper, file_info):
        with open(file_wrapper.path, "rb") as file:
            return Codes.FORBIDDEN if file.read(3)[0:1] == b"1" else "NOT_SPAM"
`;

const SECOND = `
import { readFile } from "node:fs/promises";
import { defineModule, MatrixError } from "synapse-media-bridge";

export default defineModule({
  name: "second",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: (userId) => ({ "m.upload.size": 1, "org.example.user": userId }),
      async isUserAllowedToUploadMediaOfSize(_userId, size) {
        if (size % 11 === 0) throw new MatrixError(451, "ORG.SECOND", "not so much");
        return true;
      },
      getMediaUploadLimitsForUser: (userId) =>
        userId.startsWith("@second") ? [{ maxBytes: ${LIMITS.second}, timePeriodMs: ${PERIOD_MS} }] : undefined,
      onMediaUploadLimitExceeded(userId) {
        if (/^@(first|second)/.test(userId)) throw new MatrixError(429, "ORG.SECOND.LIMIT", "no more");
      },
    });
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam({ path }) {
        if ((await readFile(path)).at(1) === 0x32) throw new MatrixError(422, "ORG.SECOND.SPAM", "spam");
        return false;
      },
    });
  },
});
`;

const THIRD = `
import logging, os
from synapse.module_api import NOT_SPAM, MediaUploadLimit
from synapse.module_api.errors import SynapseError

logging.getLogger("storm").warning("storm: child %d of %d", os.getpid(), os.getppid())

class Third:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.is_allowed,
            get_media_upload_limits_for_user=self.get_limits,
            on_media_upload_limit_exceeded=self.on_exceeded,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_spam)

    def is_allowed(self, user_id, size):
        if size % 13 == 0:
            raise SynapseError(402, "not so much", "ORG.THIRD")
        return True

    async def get_limits(self, user_id):
        return [MediaUploadLimit(${LIMITS.third}, ${PERIOD_MS})] if user_id.startswith("@third") else []

    def on_exceeded(self, user_id, limit, sent_bytes, attempted_bytes):
        if user_id.startswith("@third"):
            raise SynapseError(429, "no more", "ORG.THIRD.LIMIT")

    async def check_spam(self, file_wrapper, file_info):
        with open(file_wrapper.path, "rb") as file:
            if file.read(3)[2:3] == b"3":
                raise SynapseError(406, "spam", "ORG.THIRD.SPAM")
        return NOT_SPAM
`;

/** Writes the modules of a mixed chain into the folder; answers the configuration's list of them. */
export function writeStormModules(folder: string): readonly unknown[] {
  writeFileSync(join(folder, "storm_first.py"), FIRST);
  writeFileSync(join(folder, "second.ts"), SECOND);
  writeFileSync(join(folder, "storm_third.py"), THIRD);
  return [{ module: "storm_first.First" }, { typescript: "./second.ts" }, { module: "storm_third.Third" }];
}
