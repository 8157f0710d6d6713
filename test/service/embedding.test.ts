import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { writeConfig } from "../support/service.ts";

const SERVICE = new URL("../../dist/service.js", import.meta.url).href;
const NOTHING =
  "const ignore = () => undefined;\nconst log = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore, child: () => log };";

/** Runs a program to its end, in a folder with a configuration that has modules of both languages. */
async function run(lines: string) {
  const folder = createTemporaryFolder();
  const modules = [{ module: "by_size.BySize", config: { limits: [] } }];
  writeConfig(folder, join(folder, "media"), { config: { modules } });
  const program = join(folder, "program.mjs");
  writeFileSync(program, `import { startService } from "${SERVICE}";\n${NOTHING}\n${lines}\n`);
  const { exitCode, signal, stdout, stderr } = await execa(process.execPath, [program], { cwd: folder, reject: false });
  return { exitCode, signal, stdout, stderr };
}

test("A program that starts and stops a service prints what it prints itself, and then ends by itself", async () => {
  const ended = await run(`
    const service = await startService({ config: "media-bridge.yaml", log });
    console.log((await fetch(service.url + "/health")).status, service.isReady());
    await service.stop();
    console.log("stopped");`);
  expect(ended).toEqual({ exitCode: 0, signal: undefined, stdout: "200 true\nstopped", stderr: "" });
});

test("A program that is ended by a signal while its service runs ends as Node.js ends it", async () => {
  const ended = await run(`
    await startService({ config: "media-bridge.yaml", log });
    process.kill(process.pid, "SIGTERM");`);
  expect(ended).toEqual({ exitCode: undefined, signal: "SIGTERM", stdout: "", stderr: "" });
});

test("A program sees a configuration that cannot be used as an error, and continues", async () => {
  const ended = await run(`
    const error = await startService({ config: "nowhere.yaml", log }).catch((error) => error);
    console.log(error.name, error.code);`);
  expect(ended).toEqual({ exitCode: 0, signal: undefined, stdout: "StartError CONFIG", stderr: "" });
});
