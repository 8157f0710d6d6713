import { formatPath } from "../../config/issues.ts";
import type { ModuleDefinition } from "../../module-api/definition.ts";
import type { StandardIssue, StandardResult, StandardSchema } from "../../module-api/standard-schema.ts";
import { hideValues } from "../hiding/hidden-values.ts";
import { describeThrown, moduleError, type TypeScriptEntry } from "./typescript-entry.ts";

/**
 * The configuration of a TypeScript module as its schema makes it. Rejects with a StartError that has a line for each
 * mistake: the key's path, what was expected, the type of what was found; never a value.
 */
export async function parseModuleConfig(
  entry: TypeScriptEntry,
  { configSchema }: ModuleDefinition,
  file: string,
): Promise<unknown> {
  if (configSchema === undefined) return entry.config;
  const result = await validate(configSchema, entry, file);
  if (result.issues === undefined) return result.value;
  const lines = result.issues.flatMap((issue) => describeIssue(issue, entry.config));
  throw moduleError(entry, ["refuses its configuration:", ...lines].join("\n  "));
}

async function validate(
  configSchema: StandardSchema,
  entry: TypeScriptEntry,
  file: string,
): Promise<StandardResult<unknown>> {
  const standard = (configSchema as Partial<StandardSchema> | null)?.["~standard"];
  if (typeof standard?.validate !== "function") {
    throw moduleError(entry, "cannot be loaded: its configSchema is not a Standard Schema, such as zod makes");
  }
  let result: unknown;
  try {
    result = await standard.validate(entry.config);
  } catch (error) {
    throw moduleError(entry, `refuses its configuration: ${describeThrown(error, entry, file)}`, error);
  }
  if (isResult(result)) return result;
  throw moduleError(entry, "cannot be loaded: its configSchema answers with neither a value nor issues");
}

function isResult(result: unknown): result is StandardResult<unknown> {
  if (typeof result !== "object" || result === null) return false;
  const { issues } = result as { issues?: unknown };
  return issues === undefined ? "value" in result : Array.isArray(issues);
}

/** What zod and others say of an issue beyond the standard. */
interface RicherIssue extends StandardIssue {
  readonly code?: unknown;
  readonly keys?: unknown;
  readonly expected?: unknown;
}

function describeIssue(issue: RicherIssue, config: unknown): string[] {
  const keys = (issue.path ?? []).map((step) => (typeof step === "object" ? step.key : step));
  const path = ["config", ...keys];
  if (issue.code === "unrecognized_keys" && Array.isArray(issue.keys)) {
    return issue.keys.map((key) => `${formatPath([...path, String(key)])}: unknown key`);
  }
  const expected =
    issue.code === "invalid_type" && typeof issue.expected === "string"
      ? `expected ${issue.expected}`
      : hideValues(issue.message, config);
  return [`${formatPath(path)}: ${expected}, found ${typeAt(config, keys)}`];
}

function typeAt(config: unknown, path: readonly PropertyKey[]): string {
  let value = config;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
