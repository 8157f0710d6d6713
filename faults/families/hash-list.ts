import { createHash } from "node:crypto";
import type { Draw } from "./draw.ts";
import type { Family, Question, World } from "./family.ts";
import { Users } from "./users.ts";

const REASONS = ["malware", "", "eine größere Sache", "🦠 found", 'a "quote"', "a\nline", "%s {0}", "\u0000"];
const REFUSED = 30;
/** Beyond what one read of a file holds. */
const LARGE_BYTES = 150_000;

/** A list of hashes: files that are on it, and their neighbours by one byte. */
export const hashList: Family = {
  name: "hash-list",
  folder: "hash-list",
  python: "hash_list.HashList",
  typescript: "hash-list.ts",
  open: (draw, index) => Promise.resolve(openWorld(draw, index)),
};

function openWorld(draw: Draw, index: number): World {
  const users = new Users(draw);
  const refused = Array.from({ length: REFUSED }, () => draw.bytes(draw.integer(1, 300)));
  refused.push(Buffer.alloc(LARGE_BYTES, 7));
  // The empty file is on every second list.
  if (index % 2 === 1) refused.push(Buffer.alloc(0));
  const hashes = refused.map((content): [string, string] => {
    const sha256 = createHash("sha256").update(content).digest("hex");
    return [draw.chance(0.5) ? sha256.toUpperCase() : sha256, draw.pick(REASONS)];
  });
  const question = (userId: string): Question => {
    if (draw.chance(0.05)) return { kind: "config", userId };
    const content = draw.chance(0.1) ? Buffer.alloc(0) : change(draw, draw.pick(refused));
    return { kind: "upload", userId, content, isChunked: draw.chance(0.1) };
  };
  return {
    config: { refused: Object.fromEntries(hashes) },
    table: "select user_id, sha256, size_bytes from example_uploads order by user_id, sha256, size_bytes, media_id",
    life() {
      const userId = users.next();
      return Array.from({ length: draw.integer(1, 8) }, () => question(userId));
    },
    close() {},
  };
}

/** The file itself, or one that is almost the same. */
function change(draw: Draw, content: Buffer): Buffer {
  const at = draw.integer(0, Math.max(0, content.length - 1));
  const flipped = Buffer.from(content);
  if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ 1;
  return draw.pick([content, content, flipped, content.subarray(0, -1), Buffer.concat([content, Buffer.from("\n")])]);
}
