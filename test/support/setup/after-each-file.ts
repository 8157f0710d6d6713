// Vitest runs this before each file of tests, also where files share a process.
import { afterAll, vi } from "vitest";
import { removeRemains } from "./remains.ts";

afterAll(async () => {
  // In a process that files share, the next one has the real clock and the real functions again.
  vi.useRealTimers();
  vi.restoreAllMocks();
  await removeRemains();
});
