import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { ask, type PictureJobs, usePictureJobs } from "../picture-jobs.ts";

const jobs = usePictureJobs({ maxChildren: 1 });
const impatient = usePictureJobs({ maxChildren: 1, jobMs: 500 });
const small = usePictureJobs({ maxChildren: 1, maxDataMb: 100 });
const tiny = usePictureJobs({ maxChildren: 1, maxDataMb: 10, retryMs: 60_000 });

describe("a child", () => {
  it("has nothing of the service's environment, is nice, and is limited", async () => {
    const pid = await startChild(jobs);
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .filter((line) => line !== "");
    expect(environment.filter((line) => !/^(?:PWD|OLDPWD|_|SHLVL)=/.test(line)).toSorted()).toEqual([
      "MALLOC_ARENA_MAX=2",
      "MALLOC_MMAP_THRESHOLD_=1048576",
      "UV_THREADPOOL_SIZE=1",
    ]);
    expect(getPriority(pid)).toBe(Math.max(10, getPriority()));
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    expect(limits).toMatch(/^Max data size +419430400 +419430400/m);
    expect(limits).toMatch(/^Max core file size +0 +0/m);
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")).toContain("--jitless");
  });

  it("leads a session of its own, so that a Ctrl-C does not reach it", async () => {
    const pid = await startChild(jobs);
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    expect(fields[3]).toBe(String(pid));
  });

  it("that is killed from outside fails its one job, by no fault of the picture; another one does the next", async () => {
    const pid = await startChild(jobs);
    const failed = jobs.failureOf(await makePipe(jobs, "killed.png"));
    process.kill(pid, "SIGKILL");
    expect(await failed).toMatchObject({ code: "DISTURBED" });
    expect((await failed).cause).toMatchObject({ message: "it was killed by SIGKILL" });
    expect((await jobs.run("jpeg-small.jpg")).thumbnails).toHaveLength(3);
    expect(jobs.pool.pids).not.toContain(pid);
  });

  it.each(["SIGSEGV", "SIGABRT"] as const)("whose decoder ends by %s fails its one job", async (signal) => {
    const pid = await startChild(jobs);
    const failed = jobs.failureOf(await makePipe(jobs, `${signal}.png`));
    process.kill(pid, signal);
    expect(await failed).toMatchObject({ code: "CRASHED", message: expect.not.stringContaining("/") });
    const line = await jobs.log.waitFor(({ message }) => message.includes("has ended within a job"));
    expect(line).toMatchObject({ level: "warn", facts: { mediaType: "image/png" } });
  });

  it("that is killed while it has no job fails none", async () => {
    const pid = await startChild(jobs);
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(jobs.pool.pids).toEqual([]), { timeout: 10_000, interval: 20 });
    expect((await jobs.run("jpeg-small.jpg")).thumbnails).toHaveLength(3);
  });
});

describe("a child that hangs", () => {
  it("without using the processor is killed after its time, and fails its one job by no fault of the picture", async () => {
    const pid = await startChild(impatient);
    // To open a pipe takes until it is written to.
    const failure = await impatient.failureOf(await makePipe(impatient, "hangs.png"));
    expect(failure).toMatchObject({ code: "DISTURBED" });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect((await impatient.run("jpeg-small.jpg")).thumbnails).toHaveLength(3);
  });

  it("because it is stopped is killed as well", async () => {
    const pid = await startChild(impatient);
    process.kill(pid, "SIGSTOP");
    expect(await impatient.failureOf("jpeg-small.jpg")).toMatchObject({ code: "DISTURBED" });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

describe("memory", () => {
  it("beyond the limit fails the one job; small pictures have thumbnails", async () => {
    const picture = "png-below-limit.png";
    const failure = await small.failureOf(picture, { wishes: [ask("8192x4095 scale")] });
    expect(failure).toMatchObject({ code: "MEMORY" });
    expect((await small.run("jpeg-small.jpg")).thumbnails).toHaveLength(3);
  });

  it("that is not enough for a child to start is no picture's failure, and is logged with what to look at", async () => {
    const failure = await tiny.failureOf("jpeg-small.jpg");
    expect(failure).toMatchObject({ code: "UNAVAILABLE" });
    const line = await tiny.log.waitFor(({ level }) => level === "error");
    expect(line.message).toContain("Look whether sharp is installed");
    // The next jobs start no process for it.
    expect(await tiny.failureOf("jpeg-small.jpg")).toBe(failure);
    expect(tiny.pool.pids).toEqual([]);
  });
});

describe("the end of the service", () => {
  it("ends its children even where it is killed while one decodes", async () => {
    const hanging = jobs.jobOf(await makePipe(jobs, "orphan.png"));
    const pair = JSON.stringify([jobs.jobOf("jpeg-small.jpg"), hanging]);
    const program = join(import.meta.dirname, "pool-process.ts");
    const service = spawn(process.execPath, [program, pair], { stdio: ["ignore", "pipe", "inherit"] });
    const child = await new Promise<number>((resolve) => {
      createInterface({ input: service.stdout }).once("line", (line) => resolve(Number(line.split(" ")[1])));
    });
    expect(existsSync(`/proc/${child}`)).toBe(true);
    service.kill("SIGKILL");
    await vi.waitFor(() => expect(existsSync(`/proc/${child}`)).toBe(false), { timeout: 10_000, interval: 20 });
  });
});

/** The child that did a job, and has none now. */
async function startChild(tests: PictureJobs): Promise<number> {
  await tests.run("jpeg-small.jpg");
  const [pid = 0] = tests.pool.pids;
  return pid;
}

async function makePipe(tests: PictureJobs, name: string): Promise<string> {
  const path = tests.pathOf(name);
  await promisify(execFile)("mkfifo", [path]);
  return path;
}
