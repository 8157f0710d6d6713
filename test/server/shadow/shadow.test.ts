import { expect, test } from "vitest";
import { byText, startShadowed, tracingModule, tracingPython } from "./shadowed-service.ts";

/** In 1 % of the questions a copy of the original is asked as well. */
function unique(lines: readonly unknown[][]): string[] {
  return [...new Set(lines.map((line) => JSON.stringify(line)))].toSorted(byText);
}

const CONFIG = "/_matrix/client/v1/media/config";

test.each([
  ["a Python module by a TypeScript one", { module: "original.Module", shadow: { typescript: "./candidate.ts" } }],
  ["a TypeScript module by a Python one", { typescript: "./original.ts", shadow: { module: "candidate.Module" } }],
])("%s is shadowed: the candidate is asked the same, and changes no answer", async (_title, module) => {
  const service = await startShadowed({
    files: {
      "original.py": tracingPython("original"),
      "candidate.ts": tracingModule("candidate", { allows: "false" }),
      "original.ts": tracingModule("original"),
      "candidate.py": tracingPython("candidate", { allows: "False" }),
    },
    modules: [module],
  });
  await service.until(({ state }) => state === "running");
  expect(await (await service.request(CONFIG, { as: "alice" })).json()).toEqual({ "m.upload.size": 1 });
  await service.upload("12345");
  await expect(service.upload("1234567890")).rejects.toThrow("M_USER_LIMIT_EXCEEDED");
  const expected = [
    ["config", "@alice:example.test"],
    ["allowed", "@alice:example.test", 5],
    ["limits", "@alice:example.test", 5],
    ["allowed", "@alice:example.test", 10],
    ["limits", "@alice:example.test", 10],
    ["exceeded", "@alice:example.test", 10, 5, 10],
  ].toSorted(byText);
  await service.until(({ asked }) => asked >= expected.length);
  const askedOf = (name: string) => service.trace().filter(([who, what]) => who === name && what !== "uploaded");
  expect(unique(askedOf("original"))).toEqual(unique(expected.map((question) => ["original", ...question])));
  expect(askedOf("candidate").toSorted(byText)).toEqual(expected.map((question) => ["candidate", ...question]));
});
