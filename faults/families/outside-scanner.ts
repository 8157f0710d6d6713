import type { Draw } from "./draw.ts";
import type { Family, World } from "./family.ts";
import { startScanner, type ScannerAnswer } from "./scanner.ts";
import { Users } from "./users.ts";

/** Longer than an answer takes on a busy machine. */
const TIMEOUT_MS = 3000;
/** The share of files for which the scanner never answers: each costs a timeout. */
const SILENCE = 0.004;
const NAMES = ["a worm", "", "🐛".repeat(100), "🐛".repeat(101), "x".repeat(101), "größer", "a\u0000b", '"', "\\ud800"];
const BODIES = [
  '{"clean": true}',
  '{"clean": false}',
  '{"clean": true, "clean": false}',
  '{"clean": false, "name": 7}',
  '{"clean": false, "name": null}',
  '{"clean": 1}',
  '{"clean": 0}',
  '{"clean": "true"}',
  '{"clean": null}',
  '{"clean": true, "score": NaN}',
  '{"clean": true, "score": 1e400}',
  '{"clean": true, "score": 123456789012345678901234567890}',
  '{"clean": true,}',
  "{'clean': true}",
  "{}",
  "[]",
  "[true]",
  "true",
  "null",
  '"clean"',
  "",
  " ",
  "clean",
  '\ufeff{"clean": true}',
  ' \n{"clean": true}\r\n',
  '{"clean": true}x',
];
const STATUSES = [201, 204, 302, 400, 404, 429, 500, 503];

/** A scanner outside: answers of every form, none at all, and connections that break. */
export const outsideScanner: Family = {
  name: "outside-scanner",
  folder: "outside-scanner",
  python: "outside_scanner.OutsideScanner",
  typescript: "outside-scanner.ts",
  async open(draw, index): Promise<World> {
    const scanner = await startScanner();
    const users = new Users(draw);
    const question = (userId: string) => {
      // The content is what the answer is chosen by: no two are the same.
      const content = draw.chance(0.01) ? Buffer.alloc(0) : draw.bytes(draw.integer(8, 60));
      if (content.length > 0) scanner.learn(content, makeAnswer(draw));
      return { kind: "upload" as const, userId, content, isChunked: draw.chance(0.1) };
    };
    return {
      config: { url: `${scanner.url}/scan`, send: index % 2 === 0 ? "hash" : "file", timeout_ms: TIMEOUT_MS },
      life() {
        const userId = users.next();
        return Array.from({ length: draw.integer(1, 8) }, () => question(userId));
      },
      close: () => scanner.close(),
    };
  },
};

function makeAnswer(draw: Draw): ScannerAnswer {
  if (draw.chance(SILENCE)) return "silence";
  if (draw.chance(0.02)) return "reset";
  const bytes = Buffer.from(makeBody(draw));
  // Not UTF-8 any more.
  if (draw.chance(0.05)) bytes[draw.integer(0, bytes.length - 1)] = 0xff;
  const status = draw.chance(0.85) ? 200 : draw.pick(STATUSES);
  return { status, body: bytes, isChunked: draw.chance(0.3), isZipped: draw.chance(0.1) };
}

function makeBody(draw: Draw): string {
  if (draw.chance(0.4)) return `{"clean": false, "name": "${escape(draw.pick(NAMES))}"}`;
  return draw.chance(0.4) ? '{"clean": true}' : draw.pick(BODIES);
}

/** As JSON, but for what is escaped already. */
function escape(name: string): string {
  return name.startsWith("\\u") ? name : JSON.stringify(name).slice(1, -1);
}
