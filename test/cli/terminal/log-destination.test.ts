import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";

/** Says 100 KB in the log each time that it is asked. */
const TALKATIVE = `
export default {
  name: "talkative",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => (api.log.info({}, "x".repeat(100_000)), {}),
    });
  },
};
`;

const POLL = { interval: 20, timeout: 60_000 };
const fds: number[] = [];
afterEach(() => {
  for (const fd of fds.splice(0)) closeSync(fd);
});

/** A service of which nothing but its port is known: its stdout goes where the test says. */
async function start(stdout: number, { terminal = false } = {}) {
  const port = await findFreePort();
  const mediaBridge = { listen: { host: "127.0.0.1", port }, log: { format: "json" } };
  const folder = new CliFolder({ config: { modules: [{ typescript: "./talkative.js" }] }, mediaBridge });
  folder.write("talkative.js", TALKATIVE);
  folder.write("package.json", '{"type": "module"}');
  const child = folder.startUnheard(stdout, { terminal });
  const headers = { Authorization: "Bearer token-of-alice" };
  const ask = async () => {
    const { status } = await fetch(`http://127.0.0.1:${port}/_matrix/client/v1/media/config`, { headers });
    return status;
  };
  await expect.poll(() => ask().catch(() => 0), POLL).toBe(200);
  return { ...child, ask, processes: () => folder.processes() };
}

/** A pipe that stays open at both ends. */
function makePipe(): number {
  const path = join(new CliFolder().path, "pipe");
  execFileSync("mkfifo", [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  fds.push(fd);
  return fd;
}

test("A service whose log is a full disk serves requests and stops in order", async () => {
  const full = openSync("/dev/full", "w");
  fds.push(full);
  const service = await start(full);
  for (let n = 0; n < 5; n += 1) expect(await service.ask()).toBe(200);
  service.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});

test("A service whose log is not read serves requests, keeps about a megabyte of lines, and says how many are missing", async () => {
  const pipe = makePipe();
  const service = await start(pipe);
  for (let n = 0; n < 60; n += 1) expect(await service.ask()).toBe(200);
  let text = "";
  const buffer = Buffer.alloc(1024 * 1024);
  const read = () => {
    try {
      text += buffer.toString("utf8", 0, readSync(pipe, buffer));
    } catch {
      // It is empty.
    }
    return text;
  };
  await expect.poll(() => (read(), service.ask().then(() => /left out/.test(text))), POLL).toBe(true);
  const lost = text.split("\n").find((line) => line.includes("left out")) ?? "";
  const before = text.slice(0, text.indexOf(lost));
  expect(before.length).toBeLessThan(2_000_000);
  expect(JSON.parse(lost)).toMatchObject({ level: 40, reason: expect.stringContaining("slow") as string });
  const { lines } = JSON.parse(lost) as { lines: number };
  expect(lines).toBeGreaterThan(30);
  service.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});

test("A service whose terminal was stopped serves requests, and ends when it is told to", async () => {
  const service = await start(makePipe(), { terminal: true });
  for (let n = 0; n < 60; n += 1) expect(await service.ask()).toBe(200);
  service.kill("SIGTERM");
  // The terminal's own process still waits for its reader.
  await expect.poll(() => service.processes().filter((command) => !command.includes("terminal.py")), POLL).toEqual([]);
});
