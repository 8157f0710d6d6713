import { describe, expect, it } from "vitest";
import { InProcessUploadWaiters } from "../../src/coordination/in-process-upload-waiters.ts";

const LONG_MS = 60_000;
const stays = () => () => undefined;

describe("A wait for an upload", () => {
  it("misses no upload that is committed after it began and before it waits", async () => {
    const waiters = new InProcessUploadWaiters();
    const wait = waiters.begin("one");
    waiters.wake("one");
    await wait.until(LONG_MS, stays);
    wait.end();
    expect(waiters.size).toBe(0);
  });

  it("is over when its client leaves, and at a stop, after which none begins", async () => {
    const waiters = new InProcessUploadWaiters();
    const left = waiters.begin("one");
    await left.until(LONG_MS, (gone) => {
      gone();
      return () => undefined;
    });
    left.end();
    const stopped = waiters.begin("one");
    const waited = stopped.until(LONG_MS, stays);
    waiters.close();
    await waited;
    stopped.end();
    const refused = waiters.begin("other");
    await refused.until(LONG_MS, stays);
    refused.end();
    expect(waiters.size).toBe(0);
  });

  it("is forgotten once it ends, the others for the same id are not", () => {
    const waiters = new InProcessUploadWaiters();
    const [first, second] = [waiters.begin("one"), waiters.begin("one")];
    first.end();
    expect(waiters.size).toBe(1);
    second.end();
    expect(waiters.size).toBe(0);
  });
});
