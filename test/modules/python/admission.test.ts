import { describe, expect, test } from "vitest";
import { startCrowd } from "./crowd.ts";

const BUSY = {
  errcode: "M_UNKNOWN",
  error: "Too many requests wait for the modules that decide about them, try again later",
};

describe("calls to Python beyond what may be in flight", () => {
  test("wait, and users take turns", async () => {
    const { ask, asked, gauge, release } = await startCrowd({ max_in_flight: 1, max_wait: "60s" });
    const answers = [ask("alice")];
    await asked(1);
    for (const [index, user] of (["alice", "alice", "bob", "bob", "carol"] as const).entries()) {
      answers.push(ask(user));
      await gauge("queued", index + 1);
    }
    await gauge("in_flight", 1);
    release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(await asked(6)).toEqual(["alice", "alice", "bob", "carol", "alice", "bob"]);
  });

  test("are refused at once where the queue is full, those of the user with the most first", async () => {
    const { service, ask, asked, gauge, release } = await startCrowd({
      max_in_flight: 1,
      max_queued: 3,
      max_wait: "60s",
    });
    const taken = [ask("alice")];
    await asked(1);
    taken.push(ask("alice"));
    await gauge("queued", 1);
    taken.push(ask("alice"));
    await gauge("queued", 2);
    const last = ask("alice");
    await gauge("queued", 3);
    // Another's first call is worth more than the third of one who has three.
    taken.push(ask("bob"));
    const refused = [await last, await ask("alice")];
    for (const response of refused) {
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toEqual(BUSY);
    }
    await gauge("refused", 2);
    await gauge("queued", 3);
    const told = await service.log.waitFor(({ message }) => message.includes("more than it can answer"));
    expect(told.facts).toMatchObject({ refused: 2 });
    release();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual(Array(4).fill(200));
    expect(await asked(4)).toEqual(["alice", "alice", "bob", "alice"]);
  });

  test("are refused when their turn does not come in time, and the next is taken at once when it is over", async () => {
    const { ask, asked, gauge, release } = await startCrowd({ max_in_flight: 1, max_wait: 2_000 });
    const first = ask("alice");
    await asked(1);
    const late = ask("bob");
    await gauge("queued", 1);
    expect((await late).status).toBe(503);
    release();
    expect((await first).status).toBe(200);
    expect((await ask("bob")).status).toBe(200);
    await gauge("queued", 0);
    await gauge("in_flight", 0);
  });

  test("wait as long as their callback may take where the bytes of an upload have arrived", async () => {
    const { service, ask, asked, gauge, release } = await startCrowd({
      max_in_flight: 1,
      max_queued: 1,
      max_wait: 200,
    });
    const first = ask("alice");
    await asked(1);
    const upload = service.upload("arrived", { as: "bob" });
    await gauge("queued", 1);
    // The queue is full, and longer than max_wait goes by for every other request.
    expect((await ask("carol")).status).toBe(503);
    expect((await ask("carol")).status).toBe(503);
    await gauge("refused", 2);
    await gauge("queued", 1);
    release();
    expect((await first).status).toBe(200);
    expect(await upload).not.toBe("");
    expect(await asked(2)).toEqual(["alice", "file"]);
  });

  test("follow the policy of a callback that may be skipped", async () => {
    const skip = { callbacks: { get_media_config_for_user: { on_unavailable: "skip" } } };
    const { ask, asked, release } = await startCrowd({ max_in_flight: 1, max_queued: 0 }, {}, skip);
    const first = ask("alice");
    await asked(1);
    const second = await ask("alice");
    expect([second.status, await second.json()]).toEqual([200, { "m.upload.size": 50 * 2 ** 20 }]);
    release();
    expect((await first).status).toBe(200);
  });

  test("are all answered at once when the child goes, waiting ones too", async () => {
    const { service, ask, asked, gauge } = await startCrowd({ max_in_flight: 1, max_wait: "60s" });
    const answers = [ask("alice")];
    await asked(1);
    for (const user of ["bob", "carol", "alice"] as const) answers.push(ask(user));
    await gauge("queued", 3);
    const { facts } = await service.log.waitFor(({ message }) => message === "the child is up");
    process.kill(facts["pid"] as number, "SIGKILL");
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(4).fill(503));
  });
});

test("Ten times the load that Python can answer is answered or refused, and the next request waits no longer than they did", async () => {
  const { service, ask, gauge, release } = await startCrowd({ max_in_flight: 10, max_queued: 50 }, { sleep_ms: 20 });
  release();
  const over = performance.now() + 3_000;
  const counts = new Map<number, number>();
  let slowestMs = 0;
  await Promise.all(
    Array.from({ length: 120 }, async () => {
      while (performance.now() < over) {
        const began = performance.now();
        const { status } = await ask("alice");
        slowestMs = Math.max(slowestMs, performance.now() - began);
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    }),
  );
  const ended = performance.now();
  expect((await ask("bob")).status).toBe(200);
  expect(performance.now() - ended).toBeLessThanOrEqual(slowestMs);
  expect(new Set(counts.keys())).toEqual(new Set([200, 503]));
  await gauge("in_flight", 0);
  const refusals = service.log.lines.filter(({ message }) => message.includes("more than it can answer"));
  expect(refusals.length).toBeLessThanOrEqual(6);
}, 30_000);
