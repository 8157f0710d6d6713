import { existsSync, rmSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import type { Config, ModuleConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { fixtureLines } from "../../shadow/parity/fixture-lines.ts";
import { fixtureTestSource } from "../../shadow/parity/fixture-test.ts";
import { nameModule, type ShadowReport } from "../../shadow/parity/parity-report.ts";
import { toJsonText } from "../../util/text/json-text.ts";
import { VERSION } from "../../version.ts";
import { OWNER_ONLY, writeNew } from "../migration/write-new.ts";

/** What fixtures are written from. */
export interface FixtureOptions {
  /** The file, as it was named. */
  readonly file: string;
  readonly shadows: readonly ShadowReport[];
  readonly config: Config;
  /** Whether the files are to leave this machine: the candidate's configuration is left out. */
  readonly isAnonymous: boolean;
  readonly serverName: string;
}

/**
 * Writes the differences of each shadow, and a test beside them where the candidate is a TypeScript module. Nothing is
 * overwritten. Returns sentences that say what was written. Throws a StartError.
 */
export function writeFixtures(options: FixtureOptions): string[] {
  const { shadows, config } = options;
  const differing = shadows.filter(({ differences }) => differences.length > 0);
  if (differing.length === 0) return ["No difference is kept: there is nothing to write."];
  const files = differing.flatMap((shadow) => {
    const name = shadows.length === 1 ? options.file : numbered(options.file, shadow.index + 1);
    const candidate = config.modules.find(({ index }) => index === shadow.index)?.shadow?.candidate;
    return filesOf(shadow, resolve(name), { ...options, candidate });
  });
  for (const { path } of files) {
    if (existsSync(path)) throw new StartError("CONFIG", `${path} exists: delete it, or name another file`);
  }
  writeAll(files);
  return files.map(({ path, says }) => `${path}: ${says}`);
}

/** Where one cannot be written, none is left. */
function writeAll(files: readonly FixtureFile[]): void {
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      writeNew(path, text, OWNER_ONLY);
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw error;
  }
}

interface FixtureFile {
  readonly path: string;
  readonly text: string;
  readonly says: string;
}

type Writing = FixtureOptions & { readonly candidate: ModuleConfig | undefined };

function filesOf(shadow: ShadowReport, path: string, { candidate, isAnonymous, serverName }: Writing): FixtureFile[] {
  const lines = fixtureLines(shadow, { serverName, version: VERSION });
  const count = `${shadow.differences.length} questions that the candidate answers differently`;
  const questions = { path, text: `${lines.join("\n")}\n`, says: count };
  if (candidate?.language !== "typescript") {
    return [{ ...questions, says: `${count} (no test: the candidate is not a TypeScript module)` }];
  }
  const stem = path.slice(0, path.length - extname(path).length);
  const [testPath, configPath] = [`${stem}.test.ts`, `${stem}.config.json`];
  const source = fixtureTestSource({
    original: nameModule(shadow.original),
    candidate: nameModule(shadow.candidate),
    specifier: specifierFrom(dirname(path), candidate.specifier, isAnonymous),
    questionsFile: basename(path),
    configFile: basename(configPath),
  });
  const test = { path: testPath, text: source, says: "a test for vitest, which fails until the candidate is mended" };
  if (isAnonymous) return [questions, { ...test, says: `${test.says}; write ${basename(configPath)} for it` }];
  const config = `${toJsonText(candidate.config ?? {})}\n`;
  return [questions, test, { path: configPath, text: config, says: "the candidate's configuration, with its secrets" }];
}

/** How the test names the candidate: a path from its own folder, or a package. */
function specifierFrom(folder: string, specifier: string, isAnonymous: boolean): string {
  if (!isAbsolute(specifier)) return specifier;
  if (isAnonymous) return `./${basename(specifier)}`;
  const path = relative(folder, specifier);
  return path.startsWith(".") ? path : `./${path}`;
}

function numbered(file: string, number: number): string {
  const end = extname(file);
  return join(dirname(file), `${basename(file, end)}-${number}${end}`);
}
