import { describe, expect, it, vi } from "vitest";
import type { ThumbnailFailure } from "../../src/media/thumbnails/thumbnailer.ts";
import { type PictureJobs, usePictureJobs } from "./picture-jobs.ts";

const alone = usePictureJobs({ maxChildren: 1, maxWaiting: 3, maxWaitingUrgent: 2 });
const two = usePictureJobs({ maxChildren: 2 });
const brief = usePictureJobs({ maxChildren: 1, idleMs: 50 });
const shortLived = usePictureJobs({ maxChildren: 1, jobsPerChild: 2 });
const closing = usePictureJobs({ maxChildren: 1 });

const PICTURE = "jpeg-small.jpg";

describe("a pool of children", () => {
  it("names its decoder with its version", () => {
    expect(alone.pool.decoder).toMatch(/^sharp \d+\.\d+\.\d+/);
  });

  it("has no child before its first job, and keeps one for the next", async () => {
    expect(two.pool.pids).toEqual([]);
    await two.run(PICTURE);
    const [pid] = two.pool.pids;
    await two.run(PICTURE);
    expect(two.pool.pids).toEqual([pid]);
  });

  it("runs as many jobs side by side as it may have children", async () => {
    const all = Array.from({ length: 6 }, () => two.run(PICTURE));
    expect(two.pool.pids).toHaveLength(2);
    expect(two.pool.waiting).toBe(4);
    expect((await Promise.all(all)).map(({ thumbnails }) => thumbnails.length)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(two.pool.pids).toHaveLength(2);
  });

  it("ends a child that has had nothing to do for a while", async () => {
    await brief.run(PICTURE);
    await vi.waitFor(() => expect(brief.pool.pids).toEqual([]), { timeout: 10_000, interval: 10 });
    expect((await brief.run(PICTURE)).thumbnails).toHaveLength(3);
  });

  it("replaces a child that has done its number of jobs", async () => {
    await shortLived.run(PICTURE);
    const [first] = shortLived.pool.pids;
    await shortLived.run(PICTURE);
    await shortLived.run(PICTURE);
    expect(shortLived.pool.pids).toHaveLength(1);
    expect(shortLived.pool.pids).not.toContain(first);
  });
});

describe("jobs that wait", () => {
  it("come to a child in their order, urgent ones and hurried ones first", async () => {
    const order: string[] = [];
    const proceed = await stopChild(alone);
    const run = (name: string, picture: string, urgent: boolean) =>
      alone.pool.run(alone.jobOf(picture), { urgent }).then(() => order.push(name));
    const all = [
      run("the first one", PICTURE, false),
      run("the second one", "png-1x1.png", false),
      run("the hurried one", "png-gray.png", false),
      run("the third one", "png-1x1.png", false),
      run("the urgent one", "png-rgb.png", true),
    ];
    alone.pool.hurry(alone.jobOf("png-gray.png").path);
    proceed();
    await Promise.all(all);
    expect(order).toEqual(["the first one", "the urgent one", "the hurried one", "the second one", "the third one"]);
  });

  it("are refused beyond a number, each kind beyond its own", async () => {
    const proceed = await stopChild(alone);
    const run = (urgent: boolean) => codeOf(alone.pool.run(alone.jobOf(PICTURE), { urgent }));
    const all = [run(false), run(false), run(false), run(false)];
    const [late, urgent] = [run(false), run(true)];
    expect(await late).toBe("BUSY");
    const second = run(true);
    expect(await run(true)).toBe("BUSY");
    proceed();
    expect(await Promise.all([...all, urgent, second])).toEqual(Array.from({ length: 6 }, () => "MADE"));
  });

  it("leave the queue when their signal fires, but not a child that is at them", async () => {
    const proceed = await stopChild(alone);
    const [current, later] = [new AbortController(), new AbortController()];
    const run = ({ signal }: AbortController) => codeOf(alone.pool.run(alone.jobOf(PICTURE), { urgent: true, signal }));
    const [atWork, waiting] = [run(current), run(later)];
    current.abort();
    later.abort();
    expect(await waiting).toBe("BUSY");
    expect(alone.pool.waiting).toBe(0);
    expect(await run(later)).toBe("BUSY");
    proceed();
    expect(await atWork).toBe("MADE");
  });
});

describe("a pool that is closed", () => {
  it("ends its children, and refuses what waits, what is under way and what comes", async () => {
    await stopChild(closing);
    const [child = 0] = closing.pool.pids;
    const jobs = [closing.run(PICTURE), closing.run(PICTURE)].map(codeOf);
    await closing.pool.close();
    expect(await Promise.all(jobs)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    expect(closing.pool.pids).toEqual([]);
    expect(() => process.kill(child, 0)).toThrow("ESRCH");
    expect(await codeOf(closing.run(PICTURE))).toBe("UNAVAILABLE");
    await closing.pool.close();
    expect(closing.log.lines).toEqual([]);
  });
});

/** Stops the one child between two jobs. Returns what lets it proceed. */
async function stopChild(jobs: PictureJobs): Promise<() => void> {
  await jobs.run(PICTURE);
  const [pid = 0] = jobs.pool.pids;
  process.kill(pid, "SIGSTOP");
  return () => process.kill(pid, "SIGCONT");
}

function codeOf(result: Promise<unknown>): Promise<string> {
  return result.then(
    () => "MADE",
    ({ code }: ThumbnailFailure) => code,
  );
}
