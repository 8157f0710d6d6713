import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Child } from "../src/bridge/child/child.ts";
import { spawnChild } from "../src/bridge/child/spawn-child.ts";
import { createLogger } from "../src/util/log.ts";
import { cpuMsOfTree } from "./support/processes.ts";
import { ROOT } from "./support/targets.ts";

const CALLS_IN_FLIGHT = 256;
const ROUNDS = 5;
const ALLOWED = "is_user_allowed_to_upload_media_of_size";

interface Figures {
  readonly perSecond: number;
  readonly childCpuShare: number;
  readonly microsAlone: number;
}

/** The shim beside a bare echo, over the same pipe and driven by the same connection code, turn by turn. */
export async function benchBridge(python: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
  const echo = await spawnBridgeChild(python, [join(ROOT, "bench/support/echo.py")]);
  const shim = await spawnBridgeChild(python, [join(ROOT, "python-shim")]);
  try {
    const slots = await load(shim, folder);
    const [one] = slots;
    const rounds: Record<"echo" | "shim" | "five", Figures>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        echo: await drive(echo, [one ?? 0]),
        shim: await drive(shim, [one ?? 0]),
        five: await drive(shim, slots.slice(0, 5)),
      });
    }
    const median = (pick: (round: (typeof rounds)[number]) => number) =>
      rounds.map(pick).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
    console.log(
      `256 calls in flight: echo ${median((r) => r.echo.perSecond).toFixed(0)}/s, shim ${median((r) => r.shim.perSecond).toFixed(0)}/s, ratio ${share(median((r) => r.shim.perSecond / r.echo.perSecond))} (wanted: 70 %)`,
    );
    console.log(
      `  busy during it: echo ${share(median((r) => r.echo.childCpuShare))}, shim ${share(median((r) => r.shim.childCpuShare))} of a core: below 100 % the host is the limit`,
    );
    console.log(
      `one call at a time: echo ${median((r) => r.echo.microsAlone).toFixed(0)} µs, shim ${median((r) => r.shim.microsAlone).toFixed(0)} µs, ratio ${median((r) => r.shim.microsAlone / r.echo.microsAlone).toFixed(2)} (wanted: 1.5)`,
    );
    console.log(
      `five callbacks in one run: ${median((r) => r.five.microsAlone).toFixed(0)} µs, ${median((r) => r.five.microsAlone / r.shim.microsAlone).toFixed(2)} round trips (wanted: 2)`,
    );
  } finally {
    await Promise.all([echo.stop({ graceMs: 0 }), shim.stop({ graceMs: 0 })]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A child of the bridge that has said hello. */
export async function spawnBridgeChild(command: string, args: string[]): Promise<Child> {
  const child = await spawnChild({ command, args, env: process.env, log: createLogger("error") });
  await child.hello;
  return child;
}

/** Loads the bench's modules into the shim; the slots of the callback that is called. */
async function load(shim: Child, folder: string): Promise<number[]> {
  const modules = ["First", "Second", "First", "Second", "First"].map((name, index) => ({
    index,
    module: `bench_modules.${name}`,
    config: "{}",
  }));
  const entries = await initializeShim(shim, folder, modules);
  return entries.filter(({ kind }) => kind === ALLOWED).map(({ slot }) => slot);
}

/** Loads modules into the shim; what they registered, in order. */
export async function initializeShim(
  { connection }: Child,
  folder: string,
  modules: readonly { readonly index: number; readonly module: string; readonly config: string }[],
  database?: object,
): Promise<{ kind: string; slot: number }[]> {
  const service = {
    server_name: "bench.test",
    public_baseurl: null,
    media_store_path: folder,
    max_upload_size: 1e9,
    enable_authenticated_media: true,
    worker_name: "media_bridge",
    worker_app: "synapse.app.media_repository",
    run_background_tasks: false,
    ...(database && { database }),
  };
  await connection.request("initialize", {
    protocol: 1,
    epoch: 1,
    parent_pid: process.pid,
    service,
    sys_path: [join(ROOT, "bench/modules")],
    dry_run: false,
    log_level: "WARNING",
    storage_providers: [],
    modules,
  });
  const registered: { kind: string; slot: number }[] = [];
  for (const { index } of modules) {
    const { entries } = (await connection.request("construct", { index })) as {
      entries: { kind: string; slot: number }[];
    };
    registered.push(...entries);
  }
  return registered;
}

async function drive({ connection, pid }: Child, slots: number[]): Promise<Figures> {
  const call = () =>
    connection.request("run", [false, [[ALLOWED, slots, ["@bench:bench.test", 1000], 30_000]]], { deadlineMs: 30_000 });
  for (let warm = 0; warm < 500; warm += 1) await call();
  const alone = 3000;
  const aloneStart = performance.now();
  for (let turn = 0; turn < alone; turn += 1) await call();
  const microsAlone = ((performance.now() - aloneStart) * 1000) / alone;
  let left = 60_000;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  const cpuBefore = cpuMsOfTree(pid);
  const start = performance.now();
  await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, worker));
  const ms = performance.now() - start;
  return { perSecond: 60_000 / (ms / 1000), childCpuShare: (cpuMsOfTree(pid) - cpuBefore) / ms, microsAlone };
}

function share(value: number): string {
  return `${(value * 100).toFixed(0)} %`;
}
