// Starts the service as the README says, and uploads to it straight and through nginx with the configuration of
// examples/behind-nginx. The last line is what was found.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { check, end, finish, sendBody, start, total, uploadAndDownload } from "./smoke-steps.mjs";

const WAYS = { straight: "http://127.0.0.1:8800", "through nginx": "http://127.0.0.1:8880" };

const CONFIG = ["--config", "examples/quick-start/media-bridge.yaml"];
const REFUSED = "the module plans.Plans (is_user_allowed_to_upload_media_of_size) refused it (UPLOAD_TOO_LARGE)";

/** @param {string[]} args */
async function command(...args) {
  const { stdout } = await promisify(execFile)("node", ["dist/cli/main.js", ...args, ...CONFIG]);
  return stdout;
}

/** Refusals are written together, within a second of the answer. */
async function saysWhy() {
  for (let left = 20; left > 0; left -= 1) {
    if ((await command("refusals", "--user", "@bob:example.test")).includes(REFUSED)) return true;
    await setTimeout(500);
  }
  return false;
}

const prefix = mkdtempSync(join(tmpdir(), "media-bridge-nginx-"));
/** @type {import("node:child_process").ChildProcess[]} */
const started = [];
try {
  started.push(await start("npm", ["start"], /"msg":"ready"/));
  started.push(
    await start("nginx", ["-p", prefix, "-c", resolve("examples/behind-nginx/nginx.conf")], /start worker process \d+/),
  );
  await check("/health answers 200", async () => (await fetch(`${WAYS.straight}/health`)).status === 200);
  for (const [way, base] of Object.entries(WAYS)) {
    await check(`an upload is stored and comes back, ${way}`, () => uploadAndDownload(base));
    // Bob's plan ends at 2 MiB; the service as a whole at 50 MiB. Refused bodies are sent to their end.
    for (const megabytes of [3, 60]) {
      await check(`an upload of ${megabytes} MB is refused in JSON, without a reset, ${way}`, async () => {
        const { status, text } = await sendBody(base, megabytes);
        return status === 413 && JSON.parse(text).errcode === "M_TOO_LARGE";
      });
    }
  }
  await check("one command says why an upload was refused", saysWhy);
  await check("one command says what a user may upload", async () =>
    (await command("user", "@bob:example.test")).includes("the largest upload that would pass: 2,097,152 bytes"),
  );
  await check("one command says how the service is doing", async () =>
    /^mode +repository$/m.test(await command("status")),
  );
} catch (error) {
  total.failed += 1;
  process.stdout.write(`${String(error)}\n`);
} finally {
  for (const child of started) await end(child);
  rmSync(prefix, { recursive: true, force: true });
}
finish();
