import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/root.ts";
import type { DifferenceClass } from "./difference.ts";
import type { Family } from "./family.ts";
import { hashList } from "./hash-list.ts";
import { outsideScanner } from "./outside-scanner.ts";
import { uploadRules } from "./upload-rules.ts";

/** A mistake in a TypeScript module: what is written in place of what, and what a client sees of it. */
export interface Mistake {
  readonly name: string;
  readonly family: Family;
  readonly right: string;
  readonly wrong: string;
  readonly class: DifferenceClass;
  /** Of the callbacks, where the mistake is about time. */
  readonly deadlineMs?: number;
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: "a size that is one byte off",
    family: uploadRules,
    right: "sizeBytes <= size",
    wrong: "sizeBytes < size",
    class: "different effect",
  },
  {
    name: "an empty list of limits in place of None",
    family: uploadRules,
    right: "(await findRule(userId))?.limits;",
    wrong: "(await findRule(userId))?.limits ?? [];",
    class: "different effect",
  },
  {
    name: "an empty media configuration in place of None",
    family: uploadRules,
    right: "return size === undefined ? undefined :",
    wrong: "return size === undefined ? {} :",
    class: "different effect",
  },
  {
    name: "an answer that comes too late",
    family: uploadRules,
    right: "async isUserAllowedToUploadMediaOfSize(userId, sizeBytes) {",
    wrong:
      "async isUserAllowedToUploadMediaOfSize(userId, sizeBytes) { if (sizeBytes === 1) await new Promise(() => {});",
    class: "candidate late",
    deadlineMs: 2000,
  },
  {
    name: "other words",
    family: uploadRules,
    right: "more bytes within",
    wrong: "more bytes in",
    class: "worded differently",
  },
  {
    name: "a wrong error code",
    family: hashList,
    right: '"M_FORBIDDEN"',
    wrong: '"M_UNKNOWN"',
    class: "different effect",
  },
  {
    name: "a name that is cut within a character",
    family: outsideScanner,
    right: 'Array.from(name).slice(0, MAX_NAME_LENGTH).join("")',
    wrong: "name.slice(0, MAX_NAME_LENGTH - 1)",
    class: "candidate failed",
  },
];

/** Writes the module with the mistake; answers the file. */
export function writeMistaken({ name, family, right, wrong }: Mistake, folder: string): string {
  const source = readFileSync(join(ROOT, "examples/migration", family.folder, family.typescript), "utf8");
  if (source.split(right).length !== 2) throw new Error(`${family.typescript} does not hold "${right}" once`);
  const file = join(folder, `${name.replaceAll(" ", "-")}.ts`);
  writeFileSync(
    file,
    source.replace(right, () => wrong),
  );
  return file;
}
