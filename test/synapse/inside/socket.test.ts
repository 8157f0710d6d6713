import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startProcess, type StartedProcess } from "../../support/process.ts";
import { CALLBACKS, INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";

const RULES = `${INSIDE_MODULES}/rules.ts`;
const [NODE = "", ...ARGS] = CALLBACKS;

let folder: string;
let socket: string;
let started: { stop(): Promise<void> }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-socket-"));
  socket = join(folder, "callbacks.sock");
  started = [];
});
afterEach(async () => {
  for (const one of started.toReversed()) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function host(): Promise<StartedProcess> {
  const process = await startProcess(NODE, [...ARGS, "--socket", socket], { ready: /"msg":"ready"/ });
  started.push(process);
  return process;
}

async function inside(name: string): Promise<InsideSynapse> {
  const config = { calls: join(folder, "calls"), name };
  const synapse = await InsideSynapse.start(() => [typescript([{ typescript: RULES, config }], { socket })]);
  started.push(synapse);
  return synapse;
}

/** What the modules wrote down. */
function calls(): string {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

describe("media-bridge callbacks --socket", () => {
  test("serves several Synapses, and refuses one with another configuration", { timeout: 180_000 }, async () => {
    await host();
    const [one, two] = [await inside("rules"), await inside("rules")];
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect((await one.upload(await one.register("alice"), "1234567")).status).toBe(413);
    expect((await two.upload(await two.register("alice"), "1234567")).status).toBe(413);
    expect([...one.children(), ...two.children()]).toEqual([]);
    await expect(inside("other rules")).rejects.toThrow(/connected to this socket with other modules/);
  });

  test(
    "may be started again under a Synapse, whose uploads are answered 503 meanwhile",
    { timeout: 120_000 },
    async () => {
      const first = await host();
      const synapse = await inside("rules");
      const alice = await synapse.register("alice");
      process.kill(first.pid, "SIGKILL");
      await synapse.logged(/Node, which runs the TypeScript modules, is gone/);
      expect((await synapse.upload(alice, "hello, all")).status).toBe(503);
      // The killed process left its socket, which the next one removes.
      expect(existsSync(socket)).toBe(true);
      await host();
      await synapse.logged(/The TypeScript modules are there again/);
      expect((await synapse.upload(alice, "1234567")).status).toBe(413);
    },
  );

  test(
    "serves the others on when a Synapse is killed whose callback is not decided yet",
    { timeout: 180_000 },
    async () => {
      await host();
      const [killed, other] = [await inside("rules"), await inside("rules")];
      const alice = await other.register("alice");
      const waiting = killed.upload(await killed.register("alice"), "123456").catch(() => "cut");
      await vi.waitFor(() => expect(calls()).toContain('["rules","allowed","@alice:matrix.test",6,'));
      process.kill(killed.pid, "SIGKILL");
      expect(await waiting).toBe("cut");
      expect((await other.upload(alice, "1234567")).status).toBe(413);
      expect((await other.upload(alice, "hello, all")).status).toBe(200);
    },
  );

  test("leaves a socket alone on which another process listens", async () => {
    const other = createServer().listen(socket);
    await once(other, "listening");
    await expect(host()).rejects.toThrow(/another process listens there already/);
    other.close();
  });

  test("without a Synapse at the other end, and without --socket, says what is expected", async () => {
    const child = spawn(NODE, ARGS, { stdio: ["ignore", "inherit", "pipe"] });
    const said = (await child.stderr.toArray()).join("");
    expect(said).toContain("callbacks: expected a Synapse at the other end of standard input");
  });
});
