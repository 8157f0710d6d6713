import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { placeOf } from "../../../src/modules/deciding-candidates.ts";
import { startShadowed } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
/** At 0.50 and 0.99: known for good, as they depend on the user's id alone. */
const [LOW, HIGH] = ["@bob:example.test", "@alice:example.test"];

function answering(name: string, more = ""): string {
  return `
import { appendFileSync } from "node:fs";
import { allow, defineModule } from "synapse-media-bridge";
const trace = (...args) => appendFileSync(TRACE, JSON.stringify(["${name}", ...args]) + "\\n");
export default defineModule({
  name: "${name}",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser(user) {
        trace("config", user);
        return { by: "${name}" };
      },
      onMediaUploaded: (user) => trace("uploaded", user),
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam() {
        trace("spam");
        return allow;
      },
    });
    ${more}
  },
});
`;
}

const PYTHON = `
import json


class Module:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)

    async def config(self, user):
        with open(TRACE, "a") as out:
            out.write(json.dumps(["python", "config", user]) + "\\n")
        return {"by": "python"}
`;

test("Users have places that depend on nothing but their ids, evenly spread", () => {
  expect(placeOf(LOW).toFixed(4)).toBe("0.5041");
  expect(placeOf(HIGH).toFixed(4)).toBe("0.9918");
  const places = Array.from({ length: 10_000 }, (_, index) => placeOf(`@user${index}:example.test`));
  for (const share of [0.01, 0.1, 0.5]) {
    const part = places.filter((place) => place < share).length / places.length;
    expect(Math.abs(part - share)).toBeLessThan(0.015);
  }
});

test("The candidate decides for the configured share of users, the other module is asked, and back is a reload", async () => {
  const original = { typescript: "./original.ts" };
  const module = (decide: string) => ({ ...original, shadow: { module: "candidate.Module", decide } });
  const service = await startShadowed({
    files: { "original.ts": answering("original"), "candidate.py": PYTHON },
    modules: [module("0%")],
  });
  const decidedBy = async () => {
    const answers = await Promise.all(
      (["bob", "alice"] as const).map(async (as) => (await service.request(CONFIG, { as })).json()),
    );
    return answers.map((answer) => (answer as { by: string }).by);
  };
  expect(await decidedBy()).toEqual(["original", "original"]);
  for (const [decide, deciders] of [
    ["75%", ["python", "original"]],
    ["100%", ["python", "python"]],
    ["75%", ["python", "original"]],
    ["0%", ["original", "original"]],
  ] as const) {
    await service.reload([module(decide)]);
    expect(await decidedBy()).toEqual(deciders);
  }
  await service.reload([original]);
  expect(await decidedBy()).toEqual(["original", "original"]);
});

test("Where the candidate decides for a user, a fenced copy of the original is asked", async () => {
  const service = await startShadowed({
    files: {
      "original.ts": answering("original", 'api.loopingBackgroundCall(() => trace("looped"), 100_000_000);'),
      "candidate.py": PYTHON,
    },
    modules: [{ typescript: "./original.ts", shadow: { module: "candidate.Module", decide: "100%" } }],
  });
  await service.until(({ state }) => state === "running");
  expect(await (await service.request(CONFIG, { as: "alice" })).json()).toEqual({ by: "python" });
  await service.until(({ asked }) => asked === 1);
  expect(service.trace()).toEqual([
    ["python", "config", HIGH],
    ["original", "config", HIGH],
  ]);
  // Once more for the copy, which may not.
  await service.until(({ heldBack }) => heldBack["background"] === 1);
});

test("Without a user the original decides until the candidate decides for all", async () => {
  const candidate = { typescript: "./candidate.ts", sample: "0%" };
  const service = await startShadowed({
    files: { "original.ts": answering("original"), "candidate.ts": answering("candidate") },
    modules: [{ typescript: "./original.ts", shadow: { ...candidate, decide: "75%" } }],
  });
  // A spam check knows who uploads.
  await service.upload("x", { as: "bob" });
  await service.upload("x", { as: "alice" });
  const expected = [
    ["candidate", "spam"],
    ["candidate", "uploaded", LOW],
    ["original", "spam"],
    ["original", "uploaded", HIGH],
  ];
  await expect.poll(() => service.sortedTrace()).toEqual(expected);
});

test("Late callbacks keep their places where a reload changes nothing but the shadow", async () => {
  const late = `
import { existsSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "late",
  setup(api) {
    setTimeout(() => {
      if (existsSync(TRACE + ".hold")) return;
      api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ by: "late" }) });
    }, 1);
  },
});
`;
  const service = await startShadowed({
    files: { "late.ts": late, "candidate.ts": late.replace('"late"', '"candidate"') },
    modules: [{ typescript: "./late.ts" }],
  });
  const ask = async () => (await service.request(CONFIG, { as: "alice" })).status;
  await expect
    .poll(async () => (await service.request(CONFIG, { as: "alice" })).json())
    .toEqual({
      by: "late",
    });
  writeFileSync(join(service.folder, "trace.hold"), "");
  // Its shadow is new, and the module is the same: its late callback has a place, and requests wait for it.
  await service.reload([
    { typescript: "./late.ts", shadow: { typescript: "./candidate.ts", sample: "0%", decide: "0%" } },
  ]);
  expect(await ask()).toBe(503);
});
