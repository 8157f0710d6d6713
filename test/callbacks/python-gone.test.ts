import { rmSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Person } from "./person.ts";
import { INSTANCES, limit, steps } from "./script.ts";
import { ScriptedService, type ScriptedOptions } from "./scripted-service.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";
const EXCEEDED = "on_media_upload_limit_exceeded";
const UPLOADS = [ALLOWED, LIMITS, SPAM, EXCEEDED, "on_media_uploaded"];

describe("a Python child that is killed", () => {
  it("fails at once what waits for it and every request with a Python callback; all else continues; then it is back in its places", async () => {
    const { scripted, hold } = await startHeld();
    const [waiting, next, other] = [scripted.person(), scripted.person(), scripted.person()];
    const stored = await other.store(100);
    waiting.script(steps(ALLOWED, { third: { never: true } }));
    const stuck = waiting.upload();
    const pid = await pidOf(waiting, "third");
    const before = scripted.service.files();
    hold.set();
    process.kill(pid, "SIGKILL");

    expectUnavailable(await stuck);
    expectUnavailable(await next.upload());
    expect(next.asked(ALLOWED)).toEqual([]);
    expect(scripted.service.files()).toEqual(before);
    expect((await other.config()).status).toBe(200);
    expect(other.asked("get_media_config_for_user")).toEqual(["second"]);
    expect((await other.download(stored)).status).toBe(200);
    expect((await fetch(`${scripted.service.url}/health`)).status).toBe(503);

    hold.release();
    await recovered(scripted);
    await other.store(100);
    expect(other.asked(ALLOWED)).toEqual([...INSTANCES, ...INSTANCES]);
    expect(other.calls(ALLOWED).at(-1)?.pid).not.toBe(pid);
    // A run is never replayed by itself.
    expect(waiting.asked(ALLOWED)).toEqual(INSTANCES);
  });

  it("gives back the quota of what it failed", async () => {
    const { scripted, hold } = await startHeld();
    const person = scripted.person({
      second: { [LIMITS]: { answer: [limit(100)] } },
      third: { [SPAM]: { never: true } },
    });
    const stuck = person.upload(100);
    const before = await person.called(SPAM, "third").then(({ pid }) => pid ?? 0);
    process.kill(before, "SIGKILL");
    expectUnavailable(await stuck);
    expect(scripted.service.files()).toEqual({});
    person.script({ second: { [LIMITS]: { answer: [limit(100)] } } });
    hold.release();
    await recovered(scripted);
    expect((await person.upload(100)).status).toBe(200);
  });

  it("is skipped where the settings say so, and notifications are not waited for", async () => {
    const skip = { on_unavailable: "skip" };
    const callbacks = { [ALLOWED]: skip, [LIMITS]: skip, [SPAM]: skip };
    const { scripted, hold } = await startHeld({ mediaBridge: { callbacks } });
    const person = scripted.person();
    await person.store(100);
    hold.set();
    process.kill(await pidOf(person, "first"), "SIGKILL");

    const alone = scripted.person({ second: { [LIMITS]: { answer: [limit(100)] } } });
    await expect.poll(async () => (await fetch(`${scripted.service.url}/health`)).status, { interval: 5 }).toBe(503);
    expect((await alone.upload(100)).status).toBe(200);
    expect((await alone.upload(1)).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED" });
    await alone.called("on_media_uploaded", "second");
    for (const kind of [ALLOWED, LIMITS, EXCEEDED] as const)
      expect(new Set(alone.asked(kind))).toEqual(new Set(["second"]));

    hold.release();
    await recovered(scripted);
    const again = scripted.person();
    await expect.poll(async () => (await again.upload(1)).status, { interval: 20 }).toBe(200);
    expect(again.asked(ALLOWED).slice(0, 3)).toEqual(INSTANCES);
  });

  it("keeps the place of a late registration", async () => {
    const gate = join(createFolder(), "gate");
    const { scripted } = await startHeld({ moduleConfig: { first: { late: gate } } });
    const order = async () => {
      const person = scripted.person();
      await person.upload();
      return person.asked(ALLOWED);
    };
    expect(await order()).toEqual(["second", "third"]);
    writeFileSync(gate, "");
    await expect.poll(order, { interval: 10, timeout: 10_000 }).toEqual(["second", "third", "first"]);
    const person = scripted.person();
    await person.upload();
    process.kill(await pidOf(person, "third"), "SIGKILL");
    await expect.poll(order, { interval: 20, timeout: 10_000 }).toEqual(["second", "third", "first"]);
  });

  it.each(["refuse", "skip"])(
    "keeps the place of a callback that is not registered again, which is then to %s",
    async (policy) => {
      const fewer = join(createFolder(), "fewer");
      const { scripted } = await startHeld({
        moduleConfig: { third: { times: 2, fewer, only: [ALLOWED] } },
        mediaBridge: { callbacks: { [ALLOWED]: { on_unavailable: policy } } },
      });
      const person = scripted.person();
      await person.store(100);
      expect(person.asked(ALLOWED)).toEqual(["first", "second", "third", "third"]);
      writeFileSync(fewer, "");
      const pid = await pidOf(person, "first");
      process.kill(pid, "SIGKILL");
      const registered = () =>
        scripted.trace().filter(({ event, instance }) => event === "registered" && instance === "third");
      await expect.poll(registered, { interval: 10, timeout: 15_000 }).toHaveLength(2);
      await recovered(scripted);
      const after = scripted.person();
      const answer = await after.upload();
      expect(after.asked(ALLOWED)).toEqual(INSTANCES);
      expect(answer.status).toBe(policy === "skip" ? 200 : 503);
      const lost = scripted.service.log.lines.filter(({ message }) =>
        message.includes("did not register this callback again"),
      );
      expect(lost.map(({ facts }) => facts)).toEqual([{ module: "scripted.Scripted", callback: ALLOWED, nth: 1 }]);
    },
  );
});

/** Python, TypeScript, Python; the config is asked of TypeScript alone. A new child waits while `hold` is set. */
async function startHeld(options: ScriptedOptions = {}) {
  const path = join(createFolder(), "hold");
  const hold = { set: () => writeFileSync(path, ""), release: () => rmSync(path, { force: true }) };
  const python = { hold: path, only: UPLOADS };
  const scripted = await ScriptedService.start(["python", "typescript", "python"], {
    ...options,
    moduleConfig: {
      first: { ...python, ...options.moduleConfig?.first },
      third: { ...python, ...options.moduleConfig?.third },
    },
  });
  onTestFinished(async () => {
    hold.release();
    await scripted.stop();
  });
  return { scripted, hold };
}

async function pidOf(person: Person, instance: "first" | "third"): Promise<number> {
  const { pid } = await person.called(ALLOWED, instance);
  if (pid === undefined) throw new Error("the module wrote no process id");
  return pid;
}

function expectUnavailable({ status, body, headers }: Awaited<ReturnType<Person["upload"]>>): void {
  expect([status, body["errcode"]]).toEqual([503, "M_UNKNOWN"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
}

async function recovered(scripted: ScriptedService): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${scripted.service.url}/health`)).status, { interval: 10, timeout: 15_000 })
    .toBe(200);
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-gone-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
