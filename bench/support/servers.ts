import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type AddressInfo } from "node:net";

/** A server under load. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly folder: string;
  /** From the start of the process to the first answer of /health. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

export async function startServer(
  command: string,
  args: string[],
  folder: string,
  port: number,
  env: Record<string, string>,
) {
  mkdirSync(join(folder, "media"), { recursive: true });
  const output = openSync(join(folder, "output.log"), "a");
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
  });
  await waitUntilReady(child, port, folder);
  const startSeconds = (performance.now() - began) / 1000;
  return { pid: child.pid ?? 0, folder, startSeconds, stop: () => stopServer(child, folder) };
}

export async function waitUntilReady(
  child: ChildProcess,
  port: number,
  folder: string,
  path = "/health",
): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended; see ${folder}/output.log`);
    const ready = await fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function stopServer(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A folder for one server, which takes it with it. Ext4 keeps it apart from what other runs have deleted: for minutes a
 * new file costs many times its time where thousands have just gone.
 */
export function newFolder(): string {
  const base = join(tmpdir(), "media-bridge-bench");
  mkdirSync(base, { recursive: true });
  // "Top of a hierarchy" of chattr(1); other file systems do not have it.
  spawnSync("chattr", ["+T", base], { stdio: "ignore" });
  return mkdtempSync(join(base, "server-"));
}

/**
 * Removes what a server has stored, so that memory which caches the disk is used again, as on a machine that has been
 * up for a while.
 */
export function emptyStore({ folder }: { readonly folder: string }): void {
  const media = join(folder, "media");
  for (const entry of readdirSync(media, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) rmSync(join(entry.parentPath, entry.name));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
