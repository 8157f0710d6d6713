import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Job } from "../../src/jobs/job.ts";
import { JobSchedule } from "../../src/jobs/schedule.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { TestClock } from "../../src/testing/test-clock.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The jobs of a service that starts, each due when it is said, in milliseconds from now; and which of them have run. */
async function begin(due: Readonly<Record<string, number | undefined>>): Promise<{ clock: TestClock; ran: string[] }> {
  const log = captureLog();
  const stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log });
  const clock = new TestClock();
  const ran: string[] = [];
  const jobs: Job[] = [];
  for (const [name, inMs] of Object.entries(due)) {
    jobs.push({
      name,
      description: "notes that it runs",
      things: "media",
      everyMs: HOUR_MS,
      missingKey: undefined,
      async *run() {
        ran.push(name);
        yield { done: 0 };
      },
    });
    if (inMs === undefined) continue;
    const lease = { name, owner: "earlier" };
    await stores.jobs.claim(lease, 0, 1);
    const run = { done: 0, failed: 0, endedTs: 1, nextTs: clock.now() + inMs, lastError: undefined };
    await stores.jobs.release(lease, run);
  }
  const counters = { jobConfigured() {}, jobStarted() {}, jobPiece() {}, jobEnded() {} };
  const schedule = new JobSchedule(jobs, { rows: stores.jobs, owner: "this one", clock, log, counters });
  onTestFinished(async () => {
    await schedule.stop(1_000);
    await stores.close();
  });
  await schedule.begin();
  return { clock, ran };
}

test("A job runs when it is due, and one that has never run a minute after the start", async () => {
  const { clock, ran } = await begin({ "in half an hour": HOUR_MS / 2, never: undefined });
  await clock.advance(MINUTE_MS - 1);
  expect(ran).toEqual([]);
  await clock.advance(1);
  await expect.poll(() => ran).toEqual(["never"]);
  await clock.advance(HOUR_MS / 2 - MINUTE_MS);
  await expect.poll(() => ran).toEqual(["never", "in half an hour"]);
});

test("A job that a clock which was wrong put off for longer than it ever waits runs a minute after the start", async () => {
  const { clock, ran } = await begin({ "in an hour": HOUR_MS, "in two years": 17_520 * HOUR_MS });
  await clock.advance(MINUTE_MS);
  await expect.poll(() => ran).toEqual(["in two years"]);
});
