import type { z } from "zod";
import type { ConfigSources } from "./config-files.ts";
import { findNearestName } from "./keys/nearest-name.ts";
import { listNames } from "./schema/schema.ts";
import { describeKind, findNode, type YamlNode } from "./yaml/yaml-node.ts";

type Path = readonly PropertyKey[];

/** A typing mistake that is worth a suggestion rarely differs by more. */
const SUGGEST_WITHIN = 3;

/** Forms of sizes, durations and numbers. */
const QUANTITY_FORM = /^(?:a size|a duration|a whole number|a number|a port number|a percentage)\b/;
/** What looks like a quantity, even a wrong one: secrets are not this short and written like this. */
const QUANTITY = /^[+-]?[\d._,]{1,15} ?(?:[A-Za-z]{0,7}|%)$/;

/**
 * One line for each mistake: file, line, the key's path, what was expected and what was found. A size, a duration or a
 * number is shown; of any other value only the type, since it may be a secret.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[], sources: ConfigSources): string[] {
  const lines = issues.flatMap(openUnion).flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => describeUnknownKey([...issue.path, key], sources));
    }
    // A key of a record: zod reports what is wrong with it inside.
    const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    const { place, found } = locate(issue.path, sources, QUANTITY_FORM.test(message));
    const said: unknown = issue.code === "custom" ? issue.params?.["found"] : undefined;
    return [
      `${place}: ${formatPath(issue.path)}: expected ${message}, found ${typeof said === "string" ? said : found}`,
    ];
  });
  // Text that breaks two rules of its form would be reported twice.
  return [...new Set(lines)];
}

/** What is wrong inside the form that was meant, of several: the one in which a member is wrong, and not the whole. */
function openUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((form) => form.length > 0 && form.every(isAboutMember));
  return meant?.flatMap((inner) => openUnion({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

function isAboutMember({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

/** `media_bridge.modules[0].module` for a path of keys and positions. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : `${text}${text === "" ? "" : "."}${String(step)}`),
    "",
  );
}

function describeUnknownKey(path: Path, sources: ConfigSources): string {
  const nearest = findNearestName(String(path.at(-1)), listNames(path.slice(0, -1)), SUGGEST_WITHIN);
  const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
  return `${locate(path, sources).place}: ${formatPath(path)}: unknown key${hint}`;
}

function locate(path: Path, sources: ConfigSources, isQuantity = false): { place: string; found: string } {
  const source = sources.keys.get(String(path[0]));
  if (source === undefined) return { place: sources.files.join(", "), found: "nothing" };
  const { node, nearest } = findNode(source.node, path.slice(1));
  const quantity = isQuantity ? quantityOf(node) : undefined;
  return { place: `${source.file}:${nearest.line}`, found: quantity ?? describeKind(node?.kind) };
}

/** A number, or a text that looks like a quantity, as messages show it. */
function quantityOf(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== "int" && node?.kind !== "float" && node?.kind !== "str") return undefined;
  const text = String(node.value);
  if (!QUANTITY.test(text)) return undefined;
  return node.kind === "str" ? `the text \`${text}\`` : `\`${text}\``;
}
