import { expect, test } from "vitest";
import { runHttpFuzz } from "../../faults/http/http-fuzz.ts";

const LONG_MS = 300_000;

test(
  "Whatever is sent is answered as docs/openapi.yaml says, never with a 500; the service holds no more afterwards, and nothing is smuggled past it",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runHttpFuzz({ short: true, seed: 1, note: (text) => notes.push(text) });
    // What each service of the crowds held before and afterwards.
    expect(notes.filter((note) => !/^[\w ]+: 0 requests, 0 connections, \d+ descriptors/.test(note))).toEqual([]);
    expect([failed, passed > 4000]).toEqual([0, true]);
  },
);
