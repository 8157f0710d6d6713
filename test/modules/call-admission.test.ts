import { expect, onTestFinished, test, vi } from "vitest";
import { CallAdmission } from "../../src/modules/call-admission.ts";
import { createLogger } from "../../src/util/log.ts";

test("Once calls have been waiting for longer than one may wait, without a break, each is refused after a quarter of it, until nobody waits", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const admission = new CallAdmission({ maxInFlight: 1, maxQueued: 100, maxWaitMs: 1_000 }, createLogger("fatal"));
  /** How long a call that opens a request waits before it is refused. */
  const waitToTheEnd = async () => {
    const startedMs = performance.now();
    const waited = admission.enter("@bob:test", true, 0)?.then(
      () => "taken in",
      () => performance.now() - startedMs,
    );
    await vi.advanceTimersByTimeAsync(1_100);
    return waited;
  };
  expect(admission.enter("@alice:test", true, 0)).toBeUndefined();
  expect(await waitToTheEnd()).toBeCloseTo(1_000, -2);
  // Nobody waits any more: the next one waits for the whole time again.
  expect(await waitToTheEnd()).toBeCloseTo(1_000, -2);
  // Behind one who waits on, as the bytes of an upload have arrived.
  const arrived = admission.enter("@carol:test", false, 60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waitToTheEnd()).toBeCloseTo(250, -2);
  admission.leave();
  await arrived;
  expect(await waitToTheEnd()).toBeCloseTo(1_000, -2);
});
