import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { isPlainObject } from "../../util/text/json-text.ts";
import type { Portable, Said, SaidError } from "../asked.ts";
import { SAMPLE_FILE, type SampleCase } from "./sample-questions.ts";

/** What a parity test is written from. */
export interface ParityTest {
  /** The name of the module's file, which is beside the test. */
  readonly moduleFile: string;
  /** The Python class. */
  readonly path: string;
  /** JSON text. */
  readonly config: string;
  readonly kinds: readonly KindName[];
  /** Undefined where the Python module does not take the configuration. */
  readonly cases: readonly SampleCase[] | undefined;
}

/** A test with vitest that holds the TypeScript module to what the Python one said. It fails until that is written. */
export function parityTestSource({ moduleFile, path, config, kinds, cases }: ParityTest): string {
  const name = path.replaceAll(/[^\w.]/g, "?");
  return [
    'import { loadModule } from "synapse-media-bridge/testing";',
    'import { expect, test } from "vitest";',
    "",
    `// What ${name} said to these questions when \`media-bridge port\` wrote this file. Its texts are not those of your`,
    "// configuration, which may hold secrets: the questions that matter to you are for you to add.",
    `const MODULE = new URL(${JSON.stringify(moduleFile)}, import.meta.url);`,
    `const CONFIG = ${config};`,
    ...(cases === undefined ? [`// ${name} does not take this configuration: write one that it takes.`] : []),
    "",
    'test("The configuration is accepted", async () => {',
    "  await using module = await loadModule(MODULE, CONFIG);",
    '  expect(module.name).not.toBe("");',
    "});",
    ...kinds.flatMap((kind) => ["", ...testOf(kind, cases?.filter((one) => one.kind === kind) ?? [], name)]),
    "",
  ].join("\n");
}

function testOf(kind: KindName, cases: readonly SampleCase[], name: string): string[] {
  const title = JSON.stringify(`${kind} answers as ${name} does`);
  const lines = cases.flatMap((one) => caseLines(one));
  if (!lines.some((line) => line.includes("module.call"))) return [`test.todo(${title});`, ...lines];
  return [`test(${title}, async () => {`, "  await using module = await loadModule(MODULE, CONFIG);", ...lines, "});"];
}

function caseLines({ kind, args, said }: SampleCase): string[] {
  const values = kind === "check_media_file_for_spam" ? [SAMPLE_FILE] : args.map(toNative);
  const call = `module.call(${[KINDS[kind].typescriptName, ...values].map((value) => JSON.stringify(value)).join(", ")})`;
  const line = expectation(kind, call, said);
  return [
    line === undefined
      ? `  // The Python module gave no verdict on ${call.slice("module.".length)}: ${said.outcome}.`
      : `  ${line}`,
  ];
}

function expectation(kind: KindName, call: string, said: Said): string | undefined {
  switch (said.outcome) {
    case "continue":
      return expectContinue(kind, call);
    case "stop":
      return expectStop(kind, call, said.value);
    case "error":
      return expectError(call, said.error);
    default:
      return undefined;
  }
}

function expectContinue(kind: KindName, call: string): string {
  if (KINDS[kind].notification) return `await ${call};`;
  if (kind === "is_user_allowed_to_upload_media_of_size") return `expect(await ${call}).toBe(true);`;
  const passes = kind === "check_media_file_for_spam" ? '[false, "NOT_SPAM"]' : "[undefined, null]";
  return `expect(${passes}).toContain(await ${call});`;
}

function expectStop(kind: KindName, call: string, value: Portable): string | undefined {
  switch (kind) {
    case "get_media_config_for_user":
      if (typeof value !== "string" || hasLargeInteger(value)) return undefined;
      return `expect(await ${call}).toEqual(${value});`;
    case "get_media_upload_limits_for_user": {
      const limits = (Array.isArray(value) ? value : []).map((limit) => JSON.stringify(toNative(limit)));
      return `expect(await ${call}).toMatchObject([${limits.join(", ")}]);`;
    }
    case "check_media_file_for_spam":
      return `expect([false, "NOT_SPAM"]).not.toContain(await ${call});`;
    default:
      return `expect(await ${call}).toBe(false);`;
  }
}

function expectError(call: string, { answer }: SaidError): string | undefined {
  if (answer === undefined) return undefined;
  const { status, errcode } = answer;
  return `await expect(${call}).rejects.toMatchObject(${JSON.stringify({ status, errcode })});`;
}

/** A limit of the wire as TypeScript has it; anything else as it is. */
function toNative(value: Portable): unknown {
  if (!isPlainObject(value) || !("max_bytes" in value)) return value;
  return { maxBytes: Number(value["max_bytes"]), timePeriodMs: Number(value["time_period_ms"]) };
}

/** JavaScript would read another number. */
function hasLargeInteger(json: string): boolean {
  return /\d{16,}/.test(json);
}
