import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/root.ts";
import { describeForFuzzing } from "./description.ts";

export interface SchemathesisOptions {
  readonly url: string;
  readonly seed: number;
  /** A folder for what it writes. */
  readonly folder: string;
  /** Media that exists. */
  readonly mediaIds: readonly string[];
  /** The most cases that are made up for an operation, and in each chain of requests. */
  readonly maxExamples: number;
}

export interface SchemathesisResult {
  readonly passed: number;
  readonly failed: number;
  /** What it says about failures; empty where nothing failed. */
  readonly said: string;
}

interface Report {
  readonly operations: { readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly with_failures: number; readonly errored: number };
  readonly errors: readonly unknown[];
}

/**
 * Has schemathesis make up requests from `docs/openapi.yaml`, in all of its phases, and compare the answers with it.
 */
export async function runSchemathesis(options: SchemathesisOptions): Promise<SchemathesisResult> {
  const { url, seed, folder, mediaIds, maxExamples } = options;
  const [description, report] = [join(folder, "openapi.json"), join(folder, "report.json")];
  writeFileSync(description, describeForFuzzing(mediaIds));
  const flags = {
    url,
    seed: String(seed),
    "max-examples": String(maxExamples),
    report: "json",
    "report-json-path": report,
  };
  const said = await run(folder, [
    `--config-file=${join(ROOT, "faults/http/schemathesis.toml")}`,
    "run",
    description,
    "--no-color",
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  ]);
  const { operations, test_cases: cases, errors } = readReport(report, said);
  const failed = cases.with_failures + cases.errored + errors.length + (operations.tested === 0 ? 1 : 0);
  return { passed: cases.generated - cases.with_failures, failed, said: failed === 0 ? "" : said };
}

function run(cwd: string, args: readonly string[]): Promise<string> {
  const program = ["-m", "schemathesis.cli", ...args];
  return new Promise((ended) => {
    // It ends with an error where it found something.
    execFile(join(ROOT, ".venv/bin/python"), program, { cwd, maxBuffer: 2 ** 28 }, (_error, stdout, stderr) =>
      ended(stdout + stderr),
    );
  });
}

function readReport(path: string, said: string): Report {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch (cause) {
    throw new Error(`schemathesis broke off:\n${said}`, { cause });
  }
}
