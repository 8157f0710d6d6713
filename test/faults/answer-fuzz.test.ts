import { expect, test } from "vitest";
import { runAnswerFuzz } from "../../faults/answers/answer-fuzz.ts";

test("Whatever the service takes for an answer of Synapse's, Node takes for the same one: status, headers, body and end", async () => {
  const notes: string[] = [];
  const { passed, failed } = await runAnswerFuzz({ short: true, seed: 1, note: (text) => notes.push(text) });
  expect(notes).toEqual([expect.stringMatching(/^\d{3,} answers were accepted$/)]);
  expect([failed, passed]).toEqual([0, 2048]);
});
