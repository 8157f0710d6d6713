import type { z } from "zod";
import { formatPath } from "../../config/issues.ts";
import type { ModuleDefinition } from "../../module-api/definition.ts";
import { hideValues } from "../hidden-values.ts";
import { describeThrown, moduleError, type TypeScriptEntry } from "./typescript-entry.ts";

/**
 * The configuration of a TypeScript module as its schema makes it. Rejects with a StartError that has a line for each mistake:
 * the key's path, what was expected, the type of what was found; never a value.
 */
export async function parseModuleConfig(
  entry: TypeScriptEntry,
  { configSchema }: ModuleDefinition,
  file: string,
): Promise<unknown> {
  if (configSchema === undefined) return entry.config;
  const { data, error } = await parse(configSchema, entry, file);
  if (error === undefined) return data;
  const lines = error.issues.flatMap((issue) => describeIssue(issue, entry.config));
  throw moduleError(entry, ["refuses its configuration:", ...lines].join("\n  "), error);
}

async function parse(schema: z.ZodType, entry: TypeScriptEntry, file: string) {
  try {
    return await schema.safeParseAsync(entry.config);
  } catch (error) {
    throw moduleError(entry, `refuses its configuration: ${describeThrown(error, entry, file)}`, error);
  }
}

function describeIssue(issue: z.core.$ZodIssue, config: unknown): string[] {
  const path = ["config", ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${formatPath([...path, key])}: unknown key`);
  }
  const expected = issue.code === "invalid_type" ? `expected ${issue.expected}` : hideValues(issue.message, config);
  return [`${formatPath(path)}: ${expected}, found ${typeAt(config, issue.path)}`];
}

function typeAt(config: unknown, path: readonly PropertyKey[]): string {
  let value = config;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
