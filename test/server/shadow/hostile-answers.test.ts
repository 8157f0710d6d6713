import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { formatParity } from "../../../src/cli/parity/parity-text.ts";
import { fixtureLines } from "../../../src/shadow/parity/fixture-lines.ts";
import { reportParity } from "../../../src/shadow/parity/parity-report.ts";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { startShadowed } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

const ORIGINAL = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ "m.upload.size": 1 }) });
  },
});
`;

/** What a candidate in TypeScript answers, or does, in turn. */
const TYPESCRIPT = [
  'return { long: "x".repeat(10_000_000) };',
  "let deep = {}; for (let n = 0; n < 10_000; n += 1) deep = { deep }; return deep;",
  "const circle = {}; circle.circle = circle; return circle;",
  'return { get bad() { throw new Error("\\u001b[2J no"); } };',
  "return new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; }, has() { throw 3; } });",
  'return new Proxy({}, { ownKeys() { return ["a"]; }, getOwnPropertyDescriptor() { return { enumerable: true, configurable: true, value: 1 }; }, get() { throw 4; } });',
  'return { toJSON() { return "lies"; } };',
  'return { toJSON() { throw new Error("no"); } };',
  "return { big: 2n ** 20_000n };",
  "return { nan: NaN, infinite: -Infinity, zero: -0 };",
  'return { "\\ud800": "\\udfff", "\\u001b]0;owned\\u0007": "\\u202e\\u009b2J" };',
  'return JSON.parse(\'{"__proto__":{"polluted":true},"constructor":1}\');',
  "return Object.create({ inherited: 1 });",
  "return new Map([[1, 2]]);",
  "return { then(resolve) { resolve({ then(again) { again(7); } }); } };",
  "return function* () { yield 1; };",
  'throw new MatrixError({ status: NaN, errcode: "\\u001b[2J", message: "\\u202e" });',
  'throw Object.assign(new Error("x"), { status: 403, errcode: { toString() { throw 1; } } });',
  "throw undefined;",
  "throw new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 2; } });",
];

const PYTHON = [
  'return {"long": "x" * 10_000_000}',
  "deep = {}\n        for _ in range(10_000): deep = {'deep': deep}\n        return deep",
  "circle = {}; circle['circle'] = circle; return circle",
  "return (n for n in [1])",
  "return {'big': 10 ** 5_000}",
  "return {'bytes': b'1'}",
  "return {'nan': float('nan'), 'infinite': float('inf'), 'zero': -0.0}",
  "return {'\\ud800': '\\udfff', '\\x1b]0;owned\\x07': '\\u202e\\x9b2J'}",
  "return {'__proto__': {'polluted': True}, 1: 2, None: 3, (1,): 4}",
  "return type('Liar', (dict,), {'items': lambda self: 1 / 0, '__len__': lambda self: 5})(a=1)",
  "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
  "raise BaseException('\\x1b[2J')",
  "raise SynapseError(403, '\\x1b[2J\\ud800', errcode='\\u202e')",
  "raise SynapseError(float('nan'), b'x', errcode=None)",
];

const CANDIDATES = {
  typescript: `
import { defineModule, MatrixError } from "synapse-media-bridge";
let turn = 0;
const does = [${TYPESCRIPT.map((body) => `() => { ${body} }`).join(",\n")}];
export default defineModule({
  name: "\\u001b]0;candidate\\u0007",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => does[turn++]() });
  },
});
`,
  python: `
from synapse.api.errors import SynapseError


class Candidate:
    def __init__(self, config, api):
        self.turn = 0
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)

    async def config(self, user):
        self.turn += 1
        return await getattr(self, f"does_{self.turn - 1}")()
${PYTHON.map((body, index) => `\n    async def does_${index}(self):\n        ${body}\n`).join("")}
`,
};

/** What a terminal would take as a command, or show in another order. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

test.each([
  ["TypeScript", { typescript: "./candidate.ts" }, TYPESCRIPT.length],
  ["Python", { module: "candidate.Candidate" }, PYTHON.length],
])("Whatever a candidate in %s answers, it is compared and kept, and changes no answer", async (_what, shadow, count) => {
  const service = await startShadowed({
    files: { "original.ts": ORIGINAL, "candidate.ts": CANDIDATES.typescript, "candidate.py": CANDIDATES.python },
    modules: [{ typescript: "./original.ts", shadow }],
  });
  await service.until(({ state }) => state === "running");
  for (let turn = 0; turn < count; turn += 1) {
    const answer = await (await service.request(CONFIG, { as: "alice" })).text();
    expect(answer).toBe('{"m.upload.size":1}');
    await service.until(({ asked }) => asked === turn + 1);
  }
  expect(await service.shadow()).toMatchObject({ state: "running", restarts: 0, dropped: 0, waiting: 0 });
  const runs = await vi.waitFor(() => {
    const found = readRuns(join(service.folder, "data"), { maxDifferences: 100 });
    const counts = found[0]?.callbacks[0]?.counts ?? new Map<string, number>();
    expect((counts.get("different_effect") ?? 0) + (counts.get("candidate_failed") ?? 0) + (counts.get("same") ?? 0)).toBe(count);
    expect(counts.get("lost")).toBeUndefined();
    return found;
  }, 20_000);
  const report = reportParity(runs, { configured: [{ index: 0, original: "o", candidate: "c" }], required: 1, nowTs: 0 });
  expect(formatParity(report, { hasBars: true })).not.toMatch(UNSAFE);
  const [first] = report.shadows;
  if (first === undefined) throw new Error("there is no shadow");
  const lines = fixtureLines(first, { serverName: "example.test", version: "1" });
  expect(lines.join("").length).toBeLessThan(20_000_000);
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf("object");
  expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
}, 180_000); // prettier-ignore
