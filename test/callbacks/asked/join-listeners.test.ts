import { expect, test } from "vitest";
import { joinListeners } from "../../../src/callbacks/asked/join-listeners.ts";
import type { AnsweredListener } from "../../../src/callbacks/asked/walk-hearing.ts";

test("A shadow and a recording both hear what a module said, and without either nothing listens", () => {
  const heard: string[] = [];
  const one: AnsweredListener = ({ name }) => void heard.push(`one ${name}`);
  const other: AnsweredListener = ({ name }) => void heard.push(`other ${name}`);
  const asked = { kind: "on_media_deleted", args: ["abc"], askedTs: 1 } as const;
  const module = { index: 0, name: "a.B", language: "python" } as const;
  joinListeners(one, undefined, other)?.(module, { asked, said: { outcome: "continue" }, micros: 1 });
  expect(heard).toEqual(["one a.B", "other a.B"]);
  expect(joinListeners(undefined, other)).toBe(other);
  expect(joinListeners(undefined, undefined)).toBeUndefined();
});
