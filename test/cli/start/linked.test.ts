import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const app = realpathSync(mkdtempSync(join(tmpdir(), "media-bridge-linked-")));
afterAll(() => rmSync(app, { recursive: true, force: true }));

/** Starts the copy, and kills it once it is ready or has said why it is not. */
async function startAndKill(config: string): Promise<string> {
  const service = execa(process.execPath, [join(app, "dist/cli/main.js"), "start", "--config", config], {
    reject: false,
    all: true,
  });
  service.all.on("data", (text: Buffer) => text.includes('"msg":"ready"') && service.kill("SIGKILL"));
  return (await service).all;
}

test("a service whose packages lie behind a symbolic link starts again after it was killed", async () => {
  for (const name of ["dist", "python-shim", "package.json"])
    cpSync(join(ROOT, name), join(app, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(app, "node_modules"));
  const folder = new CliFolder();
  expect(await startAndKill(folder.config)).toContain('"msg":"ready"');
  expect(await startAndKill(folder.config)).toContain('"msg":"ready"');
});
