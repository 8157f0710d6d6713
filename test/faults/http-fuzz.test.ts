import { expect, test } from "vitest";
import { runHttpFuzz } from "../../faults/http-fuzz.ts";

const LONG_MS = 300_000;

test(
  "Whatever is sent is answered, never with a 500, and as docs/openapi.yaml says; the service is as well afterwards",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runHttpFuzz({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect([failed, passed > 1500]).toEqual([0, true]);
  },
);
