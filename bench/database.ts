import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Child } from "../src/bridge/child/child.ts";
import { openSqliteStores } from "../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../src/util/log.ts";
import { initializeShim, spawnBridgeChild } from "./bridge.ts";
import { ROOT } from "./support/targets.ts";

const ROWS = 1000;
const READS = 4000;
const ROUNDS = 7;
const ASKED = "get_media_config_for_user";

/** Measures once: microseconds of one read. */
type Measure = () => Promise<number>;

/**
 * One indexed read by `run_db_interaction`, as seen inside the child, beside a bare script with the same pool, turn by
 * turn.
 */
export async function benchDatabase(python: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
  const path = join(folder, "media.db");
  const stores = await fill(path);
  const bare = startBare(python, path);
  const shim = await startShim(python, path);
  try {
    const rounds: { bare: number; shim: number }[] = [];
    for (let round = 0; round <= ROUNDS; round += 1)
      rounds.push({ bare: await bare.measure(), shim: await shim.measure() });
    // The first round warms both up.
    const settled = rounds.slice(1);
    const median = (pick: (round: (typeof rounds)[number]) => number) =>
      settled.map(pick).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
    console.log(
      `one indexed read: bare pool ${median((r) => r.bare).toFixed(0)} µs, run_db_interaction ${median((r) => r.shim).toFixed(0)} µs, ratio ${median((r) => r.shim / r.bare).toFixed(2)} (wanted: at most 2)`,
    );
  } finally {
    await Promise.all([bare.stop(), shim.stop()]);
    await stores.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The service's own database, with rows. */
async function fill(path: string) {
  const stores = openSqliteStores({ path, log: createLogger("error") });
  await Promise.all(Array.from({ length: ROWS }, (_, index) => stores.media.insert(newRow(index))));
  return stores;
}

function newRow(index: number) {
  return {
    mediaId: `media${index}`,
    mediaType: "image/png",
    mediaLength: index,
    createdTs: 1,
    uploadName: null,
    userId: "@bench:bench.test",
    authenticated: true,
    sha256: "0".repeat(64),
  };
}

function startBare(python: string, path: string): { measure: Measure; stop(): Promise<void> } {
  const script = spawn(python, [join(ROOT, "bench/support/reads.py"), path, String(READS)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(script, "exit");
  const lines = createInterface(script.stdout);
  return {
    async measure() {
      const line = once(lines, "line");
      script.stdin.write("again\n");
      const [micros] = (await line) as [string];
      return Number(micros);
    },
    async stop() {
      script.stdin.end();
      await ended;
    },
  };
}

async function startShim(python: string, path: string): Promise<{ measure: Measure; stop(): Promise<void> }> {
  const child = await spawnBridgeChild(python, [join(ROOT, "python-shim")]);
  const slot = await load(child, path);
  const step = [ASKED, [slot], ["@bench:bench.test"], 60_000];
  return {
    async measure() {
      const [outcome] = (await child.connection.request("run", [false, [step]], { deadlineMs: 60_000 })) as [
        [number, string],
      ];
      return (JSON.parse(outcome[1]) as { micros: number }).micros;
    },
    stop: async () => void (await child.stop({ graceMs: 0 })),
  };
}

async function load(child: Child, path: string): Promise<number> {
  const modules = [{ index: 0, module: "bench_database.Reads", config: JSON.stringify({ count: READS }) }];
  const entries = await initializeShim(child, "/nowhere", modules, {
    name: "sqlite3",
    args: { database: path },
    own: true,
  });
  await child.connection.request("started", null);
  return entries[0]?.slot ?? 0;
}
