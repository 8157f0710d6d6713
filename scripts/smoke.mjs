// Starts the service as the README says, and uploads to it straight and through nginx with the configuration of
// examples/behind-nginx. The last line is what was found.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const START_MS = 300_000;
const WAYS = { straight: "http://127.0.0.1:8800", "through nginx": "http://127.0.0.1:8880" };
const UPLOAD = "/_matrix/media/v3/upload";
const PIECE = Buffer.alloc(1_000_000);

const total = { passed: 0, failed: 0 };
const prefix = mkdtempSync(join(tmpdir(), "media-bridge-nginx-"));
/** @type {import("node:child_process").ChildProcess[]} */
const started = [];
try {
  await start("npm", ["start"], /"msg":"ready"/);
  await start("nginx", ["-p", prefix, "-c", resolve("examples/behind-nginx/nginx.conf")], /start worker process \d+/);
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
} catch (error) {
  total.failed += 1;
  process.stdout.write(`${String(error)}\n`);
} finally {
  for (const child of started) await end(child);
  rmSync(prefix, { recursive: true, force: true });
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

/**
 * Starts a program and waits for a line that says it is ready.
 * @param {string} command @param {string[]} args @param {RegExp} ready
 */
async function start(command, args, ready) {
  process.stdout.write(`\n== ${command} ${args.join(" ")}\n`);
  // A process group of its own, so that npm's child ends with npm.
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  started.push(child);
  const timeout = AbortSignal.timeout(START_MS);
  const isReady = Promise.race([child.stdout, child.stderr].map((input) => waitForLine(input, ready, timeout)));
  const hasEnded = once(child, "exit", { signal: timeout }).then(([status]) => {
    throw new Error(`${command} cannot be started: it ended with ${status}`);
  });
  hasEnded.catch(() => undefined);
  await Promise.race([isReady, hasEnded]);
}

/**
 * Shows every line, and resolves at the first one that matches.
 * @param {import("node:stream").Readable} input @param {RegExp} wanted @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function waitForLine(input, wanted, signal) {
  return new Promise((found, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no line ${wanted.source} in time`)));
    createInterface({ input }).on("line", (line) => {
      process.stdout.write(`${line}\n`);
      if (wanted.test(line)) found();
    });
  });
}

/** @param {import("node:child_process").ChildProcess} child */
async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGTERM");
  // Its last lines as well: the sum of all comes after them.
  await once(child, "close");
}

/** @param {string} name @param {() => Promise<boolean>} probe */
async function check(name, probe) {
  let isGood = false;
  let reason = "";
  try {
    isGood = await probe();
  } catch (error) {
    reason = `: ${String(error)}`;
  }
  total[isGood ? "passed" : "failed"] += 1;
  process.stdout.write(`${isGood ? "passed" : "FAILED"}: ${name}${reason}\n`);
}

/** @param {string} base */
async function uploadAndDownload(base) {
  const headers = { Authorization: "Bearer try-out-token-of-bob", "Content-Type": "text/plain" };
  const uploaded = await fetch(base + UPLOAD, { method: "POST", headers, body: "hello" });
  const { content_uri: uri } = await uploaded.json();
  const path = `/_matrix/client/v1/media/download/${uri.slice("mxc://".length)}`;
  const downloaded = await fetch(base + path, { headers });
  return uploaded.status === 200 && (await downloaded.text()) === "hello";
}

/**
 * Uploads zeros, all of them, also when the answer is there long before; a broken connection rejects.
 * @param {string} base @param {number} megabytes
 * @returns {Promise<{status: number | undefined, text: string}>}
 */
function sendBody(base, megabytes) {
  return new Promise((answered, reject) => {
    const headers = { Authorization: "Bearer try-out-token-of-bob", "Content-Length": megabytes * PIECE.length };
    const outgoing = request(base + UPLOAD, { method: "POST", headers, agent: false });
    const sent = once(outgoing, "finish");
    sent.catch(reject);
    outgoing.on("error", reject).on("response", (response) => {
      let text = "";
      response.on("error", reject).on("data", (chunk) => (text += chunk));
      response.on("end", () => {
        sent.then(() => answered({ status: response.statusCode, text }), reject);
      });
    });
    for (let piece = 0; piece < megabytes; piece += 1) outgoing.write(PIECE);
    outgoing.end();
  });
}
