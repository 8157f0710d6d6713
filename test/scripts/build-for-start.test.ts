import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/build-for-start.mjs", import.meta.url));
const SERVICE = `console.log("runs"); process.stdin.resume();`;

/** A project whose build says that it was made. */
function createProject(): string {
  const project = createTemporaryFolder();
  mkdirSync(join(project, "src"));
  mkdirSync(join(project, "dist", "cli"), { recursive: true });
  writeFileSync(join(project, "src", "a.ts"), "export const a = 1;\n");
  writeFileSync(join(project, "dist", "cli", "main.js"), SERVICE);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", scripts: { build: "touch built" } }));
  return project;
}

async function buildForStart(project: string): Promise<{ status: number | undefined; stderr: string; built: boolean }> {
  rmSync(join(project, "built"), { force: true });
  const { exitCode, stderr } = await execa(process.execPath, [SCRIPT], { cwd: project, reject: false });
  return { status: exitCode, stderr, built: existsSync(join(project, "built")) };
}

function touch(path: string): void {
  const later = new Date(Date.now() + 10_000);
  utimesSync(path, later, later);
}

test("npm start builds what has never been built, and not again while the sources stay as they are", async () => {
  const project = createProject();
  expect(await buildForStart(project)).toEqual({ status: 0, stderr: "building the service", built: true });
  expect(await buildForStart(project)).toEqual({ status: 0, stderr: "", built: false });
  touch(join(project, "src", "a.ts"));
  expect(await buildForStart(project)).toEqual({ status: 0, stderr: "building the service", built: true });
});

test("npm start leaves the build alone while a service runs from it, and says which process that is and what to do", async () => {
  const project = createProject();
  const service = spawn(process.execPath, ["dist/cli/main.js", "start"], { cwd: project, stdio: "pipe" });
  onTestFinished(() => void service.kill("SIGKILL"));
  await once(service.stdout, "data");
  const refused = await buildForStart(project);
  expect([refused.status, refused.built]).toEqual([1, false]);
  expect(refused.stderr).toContain(`(process ${service.pid})`);
  expect(refused.stderr).toContain(`kill ${service.pid}`);
  service.kill("SIGKILL");
  await once(service, "exit");
  expect(await buildForStart(project)).toMatchObject({ status: 0, built: true });
});

test("package.json has npm start build by this script", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { scripts: Record<string, string> }; // prettier-ignore
  expect(scripts["prestart"]).toBe("node scripts/build-for-start.mjs");
});
