import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, test } from "vitest";
import { endProgress, Progress } from "../../../src/cli/terminal/progress.ts";

const CLEAR = "\r\u001b[K";
let nowMs: number;
let text: string;

afterEach(endProgress);

function open(stream: { isTTY?: boolean; columns?: number }): Progress {
  nowMs = 5_000;
  text = "";
  return new Progress({ ...stream, write: (more) => (text += more) }, () => nowMs);
}

test("On a terminal one line is written again: count, per cent, and from the first second how much a second", () => {
  const progress = open({ isTTY: true, columns: 80 });
  progress.count({ done: 100, total: 400, things: "media" });
  nowMs += 99;
  progress.count({ done: 101, total: 400, things: "media" });
  nowMs += 1_901;
  progress.count({ done: 300, total: 400, things: "media", more: "12 MB" });
  progress.end();
  expect(text).toBe(`${CLEAR}100 of 400 media (25 %)${CLEAR}300 of 400 media (75 %), 12 MB, 100 a second${CLEAR}`);
});

test("Elsewhere it is a plain line every two seconds, the first one after two seconds", () => {
  const progress = open({});
  for (let done = 1; done <= 50; done += 1) {
    nowMs += 100;
    progress.count({ done, total: 50, things: "users" });
  }
  progress.end();
  expect(text).toBe("20 of 50 users (40 %), 10 a second\n40 of 50 users (80 %), 10 a second\n");
});

test("Steps without a known end are shown with their seconds on a terminal, and once each elsewhere", () => {
  const terminal = open({ isTTY: true });
  nowMs += 3_000;
  terminal.step("Collecting Twisted");
  expect(text).toBe(`${CLEAR}Collecting Twisted (3 s)`);
  const plain = open({});
  plain.step("Collecting Twisted");
  plain.step("Installing 12 packages");
  expect(text).toBe("Collecting Twisted\nInstalling 12 packages\n");
});

test.each([40, 0])("A line never wraps, in a terminal of %i columns, nor commands it", (columns) => {
  open({ isTTY: true, columns }).step(`\u001b[2J\n${"x".repeat(200)}`);
  const shown = text.slice(CLEAR.length);
  expect(shown).toHaveLength((columns || 80) - 1);
  expect(stripVTControlCharacters(shown)).toBe(shown);
  expect(shown).not.toContain("\n");
});

test("What is printed meanwhile has a line of its own, and the progress is shown below it", () => {
  const progress = open({ isTTY: true });
  progress.interrupt(() => (text += "before the first\n"));
  progress.count({ done: 1, total: 2, things: "media" });
  progress.interrupt(() => (text += "a finding\n"));
  endProgress();
  progress.interrupt(() => (text += "after the end\n"));
  const line = `${CLEAR}1 of 2 media (50 %)`;
  expect(text).toBe(`before the first\n${line}${CLEAR}a finding\n${line}${CLEAR}after the end\n`);
});

test("Nothing to do is done", () => {
  open({ isTTY: true }).count({ done: 0, total: 0, things: "users" });
  expect(text).toContain("0 of 0 users (100 %)");
});
