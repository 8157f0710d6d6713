import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startShadowed } from "./shadowed-service.ts";

function checker(name: string, refuses: string): string {
  return `
import { appendFileSync, readFileSync } from "node:fs";
import { allow, defineModule, refuse } from "synapse-media-bridge";

export default defineModule({
  name: "${name}",
  setup(api) {
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file, info) {
        const text = readFileSync(file.path, "utf8");
        appendFileSync(TRACE, JSON.stringify(["${name}", text, file.path, info.fileId]) + "\\n");
        return ${refuses} ? refuse() : allow;
      },
    });
  },
});
`;
}

const PYTHON = `
import json

from synapse.module_api import NOT_SPAM


class Module:
    def __init__(self, config, api):
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check)

    async def check(self, file, info):
        chunks = []
        await file.write_chunks_to(chunks.append)
        with open(TRACE, "a") as out:
            out.write(json.dumps(["candidate", b"".join(chunks).decode(), "", info.file_id]) + "\\n")
        return NOT_SPAM
`;

test.each([
  ["TypeScript", { typescript: "./candidate.ts" }],
  ["Python", { module: "candidate.Module" }],
])("A %s candidate reads a file that is stored, and one that was refused and is gone", async (language, entry) => {
  const service = await startShadowed({
    files: {
      "original.ts": checker("original", 'text === "bad"'),
      "candidate.ts": checker("candidate", "false"),
      "candidate.py": PYTHON,
    },
    modules: [{ typescript: "./original.ts", shadow: entry }],
  });
  await service.until(({ state }) => state === "running");
  const good = await service.upload("good");
  await expect(service.upload("bad")).rejects.toThrow("400");
  await service.until(({ asked }) => asked === 2);
  // Several are asked at a time, so that they may answer in any order.
  const seen = service.sortedTrace().filter(([who]) => who === "candidate");
  expect(seen.map(([, text]) => text)).toEqual(["bad", "good"]);
  expect(seen[1]?.[3]).toBe(good);
  // The path ends as in a media store: modules may read the media id from it. A Python one is not told.
  const place = `local_content/${good.slice(0, 2)}/${good.slice(2, 4)}/${good.slice(4)}`;
  expect(seen[1]?.[2]).toMatch(language === "Python" ? "" : new RegExp(`/data/shadow-files/\\d+/\\d+/${place}$`));
  expect((await service.shadow()).dropped).toBe(0);
  await vi.waitFor(() => expect(readdirSync(join(service.folder, "data", "shadow-files"))).toEqual([]));
  expect(Object.values(service.files())).toEqual([4]);
});
