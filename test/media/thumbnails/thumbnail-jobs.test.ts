import { expect, test } from "vitest";
import { ThumbnailJobs, type ThumbnailJob } from "../../../src/media/thumbnails/thumbnail-jobs.ts";

/** A job that ends when the test says so. */
function begin(jobs: ThumbnailJobs, content = "content") {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { job: jobs.begin(content, () => promise), end: resolve, fail: reject };
}

test("A job is found until it has ended, by its content alone, whether or not it failed", async () => {
  const jobs = new ThumbnailJobs();
  const { job, end } = begin(jobs, "one");
  const other = begin(jobs, "two");
  expect([jobs.find("one"), jobs.find("three"), jobs.size]).toEqual([job, undefined, 2]);
  end();
  await job.ended;
  other.fail(new Error("in a test"));
  await expect(other.job.ended).rejects.toThrow("in a test");
  expect([jobs.find("one"), jobs.find("two"), jobs.size]).toEqual([undefined, undefined, 0]);
});

test("A job whose failure nothing waits for fails quietly, and the jobs are settled once all have ended", async () => {
  const jobs = new ThumbnailJobs();
  const [one, two] = [begin(jobs, "one"), begin(jobs, "two")];
  one.fail(new Error("in a test"));
  two.end();
  await jobs.settled();
  expect(jobs.size).toBe(0);
});

test("A job is given up once the last one that waits has left, and not before", async () => {
  const { job, end } = begin(new ThumbnailJobs());
  const [leave, leaveToo] = [job.join({ urgent: false }), job.join({ urgent: true })];
  leave();
  expect(job.signal.aborted).toBe(false);
  leaveToo();
  expect(job.signal.aborted).toBe(true);
  end();
});

test("A job becomes urgent with the first client that waits, and is moved forward once, if it waits for its turn", () => {
  const hurried: ThumbnailJob[] = [];
  const { job } = begin(new ThumbnailJobs());
  job.join({ urgent: false });
  job.waitsForTurn(() => hurried.push(job));
  expect([job.isUrgent, hurried]).toEqual([false, []]);
  job.join({ urgent: true });
  job.join({ urgent: true });
  expect([job.isUrgent, hurried]).toEqual([true, [job]]);
});
