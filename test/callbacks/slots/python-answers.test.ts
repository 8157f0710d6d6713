import { describe, expect, it } from "vitest";
import { readStepResult } from "../../../src/callbacks/slots/python-run.ts";
import { runSteps } from "../../../src/callbacks/slots/python-run.ts";
import { KINDS, type KindName } from "../../../src/callbacks/kinds.ts";
import type { CallbackPolicy, Question } from "../../../src/callbacks/kinds.ts";
import type { PythonSlot } from "../../../src/callbacks/slots/slot.ts";

const KIND = "is_user_allowed_to_upload_media_of_size";
const policies = Object.fromEntries(
  Object.keys(KINDS).map((kind) => [kind, { deadlineMs: 1000, onUnavailable: "refuse" }]),
) as Record<KindName, CallbackPolicy>;

/** Slots of a child that answers every run with the same. */
function slotsAnswering(answer: unknown, count = 2): PythonSlot[] {
  const module = { index: 0, name: "a.Module", language: "python" } as const;
  const runner = { run: () => Promise.resolve(answer), up: true };
  const facts = { kind: KIND, module, name: "allowed", file: null, isLate: false, takesSize: false } as const;
  const slot = { ...facts, language: "python", runner } as const;
  return Array.from({ length: count }, (_, nth) => ({ ...slot, nth, remote: nth }));
}

describe("the answer to a run", () => {
  it("tells what each slot did, up to the one that decided", () => {
    const slots = slotsAnswering(null);
    expect(readStepResult([null, null, [1, 2]], slots)).toMatchObject({ decided: undefined, records: [{}, {}] });
    expect(readStepResult([0, null, [["stop", 1, null, null, null]]], slots)).toMatchObject({ decided: 0 });
  });

  it.each([
    [null, null, []],
    [null, null, [1]],
    [null, null, [1, 2, 3]],
    [null, null, [1, "2"]],
    [null, null, [1, ["continue", null, null, null, null]]],
    [null, null, [1, ["passed", 1, null, null, null]]],
    [0, null, [1, 2]],
    [1, null, [1]],
    [-1, null, []],
    [0.5, null, [1]],
    ["0", null, [1]],
    [Number.NaN, null, [1]],
    [null, [1, 2]],
    null,
  ])("An answer to a run that leaves out a slot or names a wrong one is refused: %j", (...raw) => {
    expect(() => readStepResult(raw, slotsAnswering(null))).toThrow(TypeError);
  });

  it("that leaves out a step although nothing stopped is refused", async () => {
    const question: Question<typeof KIND> = { kind: KIND, args: ["@a:b", 1] };
    const ask = (answer: unknown) => {
      const slots = slotsAnswering(answer);
      return runSteps(
        [
          [slots, question],
          [slots, question],
        ],
        { policies, user: "@a:b" },
      );
    };
    await expect(ask([])).rejects.toMatchObject({ code: "INTERNAL" });
    await expect(ask([[null, null, [1, 2]]])).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await ask([[0, null, [["stop", 1, null, null, null]]]])).toHaveLength(1);
  });
});
