import { expect, test } from "vitest";
import type { Answered, Portable } from "../../src/shadow/asked.ts";
import { answeredText, joinQuestions, questionText, readQuestions } from "../../src/shadow/run/question-text.ts";

const ANSWERED: Answered = {
  asked: {
    kind: "check_media_file_for_spam",
    args: ["/path", { server_name: null, file_id: 'ab\ud83d\ude00"\u2028\ud800', url_cache: false, thumbnail: null }],
    user: "@x:y",
    context: { upload: { fileName: "a.txt", sizeBytes: 2 ** 53 - 1 } },
    askedTs: 1_700_000_000_000,
  },
  said: { outcome: "stop", value: { errcode: "M_FORBIDDEN" } },
  micros: 12.5,
};

function written(answered: Answered): string {
  const text = answeredText(answered);
  if (text === undefined) throw new Error("it has no text");
  return text;
}

test("Questions are read as they were written, each with its own file", () => {
  const answered = written(ANSWERED);
  const file = { path: "/copy", lengthBytes: 7 };
  const text = joinQuestions([
    questionText(1, { answered, decider: "original", isAskedAgain: true }),
    questionText(2, { answered, decider: "candidate", isAskedAgain: false }, file),
  ]);
  expect(readQuestions(text)).toEqual([
    { id: 1, answered: ANSWERED, decider: "original", isAskedAgain: true },
    {
      id: 2,
      answered: { ...ANSWERED, asked: { ...ANSWERED.asked, file } },
      decider: "candidate",
      isAskedAgain: false,
    },
  ]);
});

test("Values that are nested too deeply have no text, and throw nothing", () => {
  let deep: Portable = "x";
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(answeredText({ ...ANSWERED, said: { outcome: "stop", value: deep } })).toBeUndefined();
});
