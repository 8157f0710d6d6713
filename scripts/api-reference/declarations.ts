// What the reference is made from: the declarations that the build writes, with their comments.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** A hash of every declaration that the package's three entry points reach; needs a build that is up to date. */
export function hashDeclarations(): string {
  const texts = new Map<string, string>();
  for (const name of ["index", "service", "testing"]) collect(join(DIST, `${name}.d.ts`), texts);
  const hash = createHash("sha256");
  for (const [file, text] of [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\0${text}\0`);
  return hash.digest("hex").slice(0, 16);
}

function collect(path: string, texts: Map<string, string>): void {
  const name = relative(DIST, path);
  if (texts.has(name)) return;
  const text = readFileSync(path, "utf8");
  texts.set(name, text);
  for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    collect(join(dirname(path), target.replace(/\.[jt]s$/, ".d.ts")), texts);
  }
}
