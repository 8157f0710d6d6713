import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { verify } from "../../src/cli/running/verify.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { startTestService, writeConfig } from "../support/service.ts";
import { PROJECT } from "./example-service.ts";

const SCRIPTS = join(PROJECT, "examples/backup");

test("What was uploaded before a backup of a running service comes back from it, byte for byte, while others upload", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const backup = join(folder, "backup");
  const service = await startTestService();
  const kept: [id: string, body: string][] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const body = `upload ${turn} `.repeat(turn * 1000 + 1);
    kept.push([await service.upload(body), body]);
  }
  const over = new AbortController();
  const others = (async () => {
    for (let turn = 0; !over.signal.aborted; turn += 1) await service.upload(`meanwhile ${turn}`, { as: "bob" });
  })();
  const paths = [join(service.folder, "data", "media.db"), join(service.folder, "media")];
  // Twice, as by night after night.
  for (let night = 0; night < 2; night += 1) await execa(join(SCRIPTS, "backup.sh"), [...paths, backup]);
  over.abort();
  await others;
  await service.stop();

  const restored = join(folder, "restored");
  const places = [join(restored, "data", "media.db"), join(restored, "media")];
  await execa(join(SCRIPTS, "restore.sh"), [backup, ...places]);
  const again = await startTestService({ folder: restored });
  for (const [id, body] of kept) {
    const response = await again.request(`/_matrix/client/v1/media/download/example.test/${id}`, { as: "alice" });
    expect(await response.text()).toBe(body);
  }
  await again.stop();
  const kinds = new Set<unknown>();
  const print = (line: string) => void kinds.add((JSON.parse(line) as { kind: unknown }).kind);
  await verify(loadConfig([writeConfig(restored, join(restored, "media"), {})]), { repair: false, json: true, print });
  expect([...kinds].filter((kind) => kind !== "sums" && kind !== "file-unknown")).toEqual([]);
  const refused = await execa(join(SCRIPTS, "restore.sh"), [backup, ...places], { reject: false });
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("is there: move it away first")]);
  expect(existsSync(places[0] ?? "")).toBe(true);
});
