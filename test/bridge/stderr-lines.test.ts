import { describe, expect, it } from "vitest";
import { MAX_LINE_BYTES, StderrLines } from "../../src/bridge/child/stderr-lines.ts";
import { fc } from "./properties.ts";
import { spawnTestChild } from "./spawn.ts";

function read(chunks: readonly Buffer[]): unknown[] {
  const events: unknown[] = [];
  const lines = new StderrLines({ onRecord: (record) => events.push(record), onText: (text) => events.push(text) });
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  return events;
}

const TRACEBACK =
  'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    a()\n\n  File "b.py"\nValueError: ü';
const OUTPUT = `first\r\n\u001e{"level":"info","message":"ü"}\n\n${TRACEBACK}\n\u001enot json\n\u001e[1]\nlast`;
const EVENTS = ["first", { level: "info", message: "ü" }, TRACEBACK, "\u001enot json", "\u001e[1]", "last"];

describe("the stderr of a child", () => {
  it("is lines, records and whole tracebacks, wherever it is cut", () => {
    const bytes = Buffer.from(OUTPUT);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 10 }), (unsorted) => {
        const points = [0, ...unsorted.toSorted((a, b) => a - b), bytes.length];
        expect(read(points.slice(1).map((end, index) => bytes.subarray(points[index], end)))).toEqual(EVENTS);
      }),
    );
  });

  it("may hold a record inside a traceback, and a traceback that never ends", () => {
    const events = read([Buffer.from('Traceback (most recent call last):\n  a\n\u001e{"a":1}\n  b\n')]);
    expect(events).toEqual([{ a: 1 }, "Traceback (most recent call last):\n  a\n  b"]);
  });

  it("is cut where a line is too long, and continues after it", () => {
    const long = "x".repeat(MAX_LINE_BYTES * 3);
    expect(read([Buffer.from(long), Buffer.from(`${long}\nnext\n`)])).toEqual([long.slice(0, MAX_LINE_BYTES), "next"]);
  });

  it("is drained however much it is", async () => {
    let texts = 0;
    const child = await spawnTestChild([], { onText: () => (texts += 1) });
    expect(await child.connection.request("stderr", "a line\n".repeat(5))).toContain("a line");
    for (let round = 0; round < 50; round += 1) await child.connection.request("stderr", `${"x".repeat(9_999)}\n`);
    await child.stop({ graceMs: 1_000 });
    expect(await child.lastWords()).toContain("xxx");
    expect(texts).toBe(55);
  });
});
