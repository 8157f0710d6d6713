// What the smoke runs share: starting and ending programs, uploads, and counting what was seen.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";

const START_MS = 300_000;
const UPLOAD = "/_matrix/media/v3/upload";
const PIECE = Buffer.alloc(1_000_000);
/** Of the quick start's tokens file: a user on the free plan, whose uploads end at 2 MiB. */
const AUTHORIZATION = "Bearer try-out-token-of-bob";

export const total = { passed: 0, failed: 0 };

/**
 * Starts a program and waits for a line that says it is ready.
 * @param {string} command @param {string[]} args @param {RegExp} ready
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export async function start(command, args, ready, options = {}) {
  process.stdout.write(`\n== ${command} ${args.join(" ")}\n`);
  // A process group of its own, so that npm's child ends with npm.
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const timeout = AbortSignal.timeout(START_MS);
  const isReady = Promise.race([child.stdout, child.stderr].map((input) => waitForLine(input, ready, timeout)));
  const hasEnded = once(child, "exit", { signal: timeout }).then(([status]) => {
    throw new Error(`${command} cannot be started: it ended with ${status}`);
  });
  hasEnded.catch(() => undefined);
  try {
    await Promise.race([isReady, hasEnded]);
    return child;
  } catch (error) {
    await end(child);
    throw error;
  }
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
export async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGTERM");
  // Its last lines as well: the sum of all comes after them.
  await once(child, "close");
}

/** @param {string} name @param {() => Promise<boolean>} probe */
export async function check(name, probe) {
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
export async function uploadAndDownload(base) {
  const headers = { Authorization: AUTHORIZATION, "Content-Type": "text/plain" };
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
export function sendBody(base, megabytes) {
  return new Promise((answered, reject) => {
    const headers = { Authorization: AUTHORIZATION, "Content-Length": megabytes * PIECE.length };
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

/** Prints what was seen as the last line, and sets the exit status by it. */
export function finish() {
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}
