import { expect, test } from "vitest";
import type { ThumbnailFailure, ThumbnailJob } from "../../src/media/thumbnails/thumbnailer.ts";
import { WaitingJobs } from "../../src/thumbnailing/waiting-jobs.ts";

const jobOf = (path: string) => ({ path }) as ThumbnailJob;

/** Jobs by their names, `a1` a job of user a, `!a1` an urgent one. */
function waitFor(limits: { maxWaiting: number; maxWaitingUrgent: number }, names: readonly string[]) {
  const jobs = new WaitingJobs(limits);
  const refused: string[] = [];
  for (const name of names) {
    const options = { urgent: name.startsWith("!"), user: name.replace("!", "").charAt(0) };
    jobs.add(jobOf(name), options).catch(({ code }: ThumbnailFailure) => refused.push(`${name} ${code}`));
  }
  const takeAll = () => {
    const taken: string[] = [];
    for (let next = jobs.take(); next; next = jobs.take()) taken.push(next.job.path);
    return taken;
  };
  return { jobs, refused, takeAll };
}

const LARGE = { maxWaiting: 100, maxWaitingUrgent: 100 };

test("Users take turns, and the jobs of one are in the order of their asking", () => {
  const { takeAll } = waitFor(LARGE, ["a1", "a2", "a3", "a4", "b1", "b2", "c1"]);
  const taken = takeAll();
  for (const user of ["a", "b", "c"]) {
    const own = taken.filter((name) => name.startsWith(user));
    expect(own).toEqual(own.toSorted());
  }
  expect(
    taken
      .slice(0, 3)
      .map((name) => name.charAt(0))
      .toSorted(),
  ).toEqual(["a", "b", "c"]);
  expect(taken.indexOf("b2")).toBeLessThan(taken.indexOf("a3"));
});

test("The job of a user who has none waits for a few others at most, however many another user has", () => {
  const { jobs, takeAll } = waitFor(
    LARGE,
    Array.from({ length: 90 }, (_, index) => `a${index}`),
  );
  jobs.take();
  jobs.add(jobOf("b1"), { urgent: false, user: "b" }).catch(() => undefined);
  expect(takeAll().indexOf("b1")).toBeLessThanOrEqual(1);
});

test("Urgent jobs come before all others, and users take turns among them as well", () => {
  const { jobs, takeAll } = waitFor(LARGE, ["c1", "!a1", "!a2", "!a3", "c2", "!b1"]);
  jobs.hurry("c2");
  const taken = takeAll();
  expect(taken.at(-1)).toBe("c1");
  expect(taken.slice(0, 3).toSorted()).toEqual(["!a1", "!b1", "c2"]);
});

test("In a full queue a job takes the place of the latest one of the user who has most", async () => {
  const { refused, takeAll } = waitFor({ maxWaiting: 4, maxWaitingUrgent: 4 }, [
    "a1",
    "a2",
    "a3",
    "a4",
    "b1",
    "b2",
    "a5",
    "c1",
  ]);
  await Promise.resolve();
  expect(refused).toEqual(["a4 BUSY", "a3 BUSY", "a5 BUSY", "a2 BUSY"]);
  expect(takeAll().toSorted()).toEqual(["a1", "b1", "b2", "c1"]);
});

test("A user alone is refused in a full queue: its first jobs stay", async () => {
  const { refused, takeAll } = waitFor({ maxWaiting: 2, maxWaitingUrgent: 2 }, ["a1", "a2", "a3"]);
  await Promise.resolve();
  expect(refused).toEqual(["a3 BUSY"]);
  expect(takeAll()).toEqual(["a1", "a2"]);
});
