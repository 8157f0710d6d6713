import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startShadowed } from "./shadowed-service.ts";

const ORIGINAL = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup: (api) => api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: () => true }),
});
`;

/**
 * Writes within a transaction, and stays in it until the test says so. It tries again where a busy machine needed the
 * whole second before that.
 */
const PYTHON = `
import json
import os
import time


def trace(*args):
    with open(TRACE, "a") as out:
        out.write(json.dumps(args) + "\\n")


class Module:
    def __init__(self, config, api):
        self.api = api
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user, size):
        has_written = False

        def write(txn):
            nonlocal has_written
            txn.execute("CREATE TABLE candidate_seen (user TEXT)")
            has_written = True
            trace("wrote")
            while not os.path.exists(TRACE + ".go-on"):
                time.sleep(0.01)
            trace("goes on")
            txn.execute("INSERT INTO candidate_seen VALUES (?)", (user,))

        while not has_written:
            try:
                await self.api.run_db_interaction("write", write)
            except Exception as error:
                if has_written:
                    trace(str(error))
        return True
`;

const TYPESCRIPT = `
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { defineModule } from "synapse-media-bridge";

const trace = (...args) => appendFileSync(TRACE, JSON.stringify(args) + "\\n");

export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      async isUserAllowedToUploadMediaOfSize(user) {
        let hasWritten = false;
        const write = async (txn) => {
          await txn.execute("CREATE TABLE candidate_seen (user TEXT)");
          hasWritten = true;
          trace("wrote");
          while (!existsSync(TRACE + ".go-on")) await wait(10);
          trace("goes on");
          await txn.change("INSERT INTO candidate_seen VALUES (?)", [user]);
        };
        while (!hasWritten) {
          await api.database.transaction("write", write).catch((error) => hasWritten && trace(error.message));
        }
        return true;
      },
    });
  },
});
`;

test.each([
  ["Python", { module: "candidate.Module" }],
  ["TypeScript", { typescript: "./candidate.ts" }],
])(
  "Uploads continue while a %s candidate stays within a transaction that has written",
  async (_language, candidate) => {
    const service = await startShadowed({
      files: { "original.ts": ORIGINAL, "candidate.py": PYTHON, "candidate.ts": TYPESCRIPT },
      modules: [{ typescript: "./original.ts", shadow: candidate }],
    });
    await service.until(({ state }) => state === "running");
    await service.upload("first");
    await vi.waitFor(() => expect(service.trace()).toContainEqual(["wrote"]), 10_000);
    await service.upload("second");
    expect(service.trace()).not.toContainEqual(["goes on"]);
    writeFileSync(join(service.folder, "trace.go-on"), "");
    const said = ["The transaction write took longer than 1000 ms and was rolled back"];
    await vi.waitFor(() => expect(service.trace()).toContainEqual(said), 10_000);
    await service.upload("third");
  },
);
