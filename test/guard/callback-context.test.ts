import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { FIXTURE_MODULES } from "../support/service.ts";
import { startGuard } from "./support/guard-service.ts";

const ALICE = "@alice:example.test";

test("In front of a Synapse callbacks of both languages are told of the uploader, and of the true size once they see the file", async () => {
  const lines = ["typescript", "python"].map((language) => join(createTemporaryFolder(), language));
  const [forTypeScript = "", forPython = ""] = lines;
  const guard = await startGuard({
    mediaBridge: {
      modules: [
        { typescript: join(FIXTURE_MODULES, "telling.ts"), config: { lines: forTypeScript } },
        { module: "telling.Telling", config: { lines: forPython } },
      ],
    },
  });
  onTestFinished(() => guard.stop());
  expect((await guard.upload("hello")).status).toBe(200);
  const requester = { userId: ALICE, isGuest: false, isAppservice: false, isAdmin: false };
  const declared = { userId: ALICE, declaredType: "text/plain;charset=UTF-8", declaredSizeBytes: 5 };
  await vi.waitFor(
    () => {
      expect(read(forTypeScript)).toMatchObject([
        { callback: "allowed", requester, upload: declared },
        { callback: "limits", requester, upload: declared },
        { callback: "spam", requester, upload: { ...declared, sizeBytes: 5 } },
        { callback: "uploaded", requester, upload: { ...declared, sizeBytes: 5 } },
      ]);
      expect(read(forPython).map(({ callback }) => callback)).toEqual(["allowed", "limits", "spam", "uploaded"]);
    },
    { timeout: 20_000 },
  );
  for (const line of read(forPython)) expect(line).toMatchObject({ users: [ALICE, ALICE, ALICE, ALICE], hasId: true });
});

function read(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
