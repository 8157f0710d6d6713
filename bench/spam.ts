import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Child } from "../src/bridge/child/child.ts";
import { initializeShim, spawnBridgeChild } from "./bridge.ts";
import { ROOT } from "./support/targets.ts";

const ROUNDS = 7;
const CALLS = 2_000;
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const INFO = { server_name: null, file_id: "aabbccdd", url_cache: false, thumbnail: null };

/**
 * A spam check in the child, turn by turn beside a callback of another kind that does the same work on the same file,
 * what that work takes by itself, and a bare round trip.
 */
export async function benchSpam(python: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-bench-"));
  const path = join(folder, "file");
  writeFileSync(path, "no program");
  const echo = await spawnBridgeChild(python, [join(ROOT, "bench/support/echo.py")]);
  const shim = await spawnBridgeChild(python, [join(ROOT, "python-shim")]);
  try {
    const entries = await initializeShim(shim, folder, [{ index: 0, module: "bench_spam.SpamCheck", config: "{}" }]);
    const slotOf = (kind: string) => entries.find((entry) => entry.kind === kind)?.slot ?? 0;
    const check = ["check_media_file_for_spam", [slotOf("check_media_file_for_spam")], [path, INFO], 30_000];
    const ordinary = [ALLOWED, [slotOf(ALLOWED)], [path, 10], 30_000];
    const tell = ["get_media_config_for_user", [slotOf("get_media_config_for_user")], ["@bench:bench.test"], 60_000];
    const rounds: { bare: number; whole: number; ordinary: number; alone: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const bare = await timeCalls(echo, check);
      const whole = await timeCalls(shim, check);
      const alone = await readMicros(shim, tell);
      rounds.push({ bare, whole, ordinary: await timeCalls(shim, ordinary), alone });
    }
    const median = (pick: (round: (typeof rounds)[number]) => number) =>
      rounds.map(pick).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
    const micros = (pick: (round: (typeof rounds)[number]) => number) => `${median(pick).toFixed(0)} µs`;
    const trips = (from: (typeof rounds)[number], to: number) => (from.whole - to) / from.bare;
    console.log(
      `spam check by a Python module: ${micros((r) => r.whole)}, the same work as another callback ${micros((r) => r.ordinary)}, ` +
        `by itself ${micros((r) => r.alone)}, a bare round trip ${micros((r) => r.bare)}`,
    );
    console.log(
      `  a spam check is ${median((r) => trips(r, r.ordinary)).toFixed(2)} bare round trips more than such a callback (wanted: 1), ` +
        `${median((r) => trips(r, r.alone)).toFixed(2)} more than the work by itself, the one round trip of every call included`,
    );
  } finally {
    await Promise.all([echo.stop({ graceMs: 0 }), shim.stop({ graceMs: 0 })]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeCalls({ connection }: Child, part: unknown[]): Promise<number> {
  const call = () => connection.request("run", [false, [part]], { deadlineMs: 60_000 });
  for (let warm = 0; warm < 300; warm += 1) await call();
  const start = performance.now();
  for (let turn = 0; turn < CALLS; turn += 1) await call();
  return ((performance.now() - start) * 1000) / CALLS;
}

/** What the module measured itself: the answer holds it as JSON text. */
async function readMicros({ connection }: Child, part: unknown[]): Promise<number> {
  const answer = await connection.request("run", [false, [part]], { deadlineMs: 60_000 });
  const found = /\\?"micros\\?":\s*([\d.]+)/.exec(JSON.stringify(answer));
  if (found === null) throw new Error(`the module told no time: ${JSON.stringify(answer)}`);
  return Number(found[1]);
}
