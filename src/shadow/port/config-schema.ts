import type { Member, Shape } from "../../modules/python/described-module.ts";

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** A key of a mapping with fixed keys. User ids, hosts and file names are not such keys. */
const FIXED_KEY = /^[A-Za-z_][\w-]*$/;

/**
 * The zod schema of a configuration, as source: guessed from the configured values and from what `parse_config` made of
 * them. It has no value of the configuration in it.
 */
export function schemaSource(config: Shape, parsed: Shape, indent: string): string {
  if (membersOf(config) === undefined || membersOf(parsed) === undefined) return sourceOf(config, indent);
  return mappingSource(config, parsed, indent);
}

function mappingSource(config: Shape, parsed: Shape | undefined, indent: string): string {
  const given = membersOf(config) ?? [];
  const made = new Map(membersOf(parsed));
  if (isRecord(given)) return recordSource(given, indent);
  const inner = `${indent}  `;
  const names = new Set(given.map(([name]) => name));
  const lines = [
    ...given.map(([name, shape]) => `${inner}${keySource(name)}: ${memberSource(shape, made.get(name), inner)},`),
    ...[...made]
      .filter(([name]) => !names.has(name))
      .flatMap(([name, shape]) => [
        `${inner}// Not configured: parse_config gives it ${describe(shape)}.`,
        `${inner}${keySource(name)}: ${optional(sourceOf(shape, inner))},`,
      ]),
  ];
  return lines.length === 0 ? "z.strictObject({})" : `z.strictObject({\n${lines.join("\n")}\n${indent}})`;
}

function memberSource(given: Shape, made: Shape | undefined, indent: string): string {
  if (given.is === "none") return nullish(made === undefined || made.is === "none" ? given : made, indent);
  if (given.is === "int" && made?.is === "float") return "z.number()";
  if (membersOf(given) !== undefined && membersOf(made) !== undefined) return mappingSource(given, made, indent);
  return sourceOf(given, indent);
}

function sourceOf(shape: Shape, indent: string): string {
  switch (shape.is) {
    case "none":
      return "z.unknown()";
    case "bool":
      return "z.boolean()";
    case "int":
      return Number.isSafeInteger(Number(shape.value ?? NaN)) ? "z.int()" : "z.union([z.int(), z.bigint()])";
    case "float":
      return "z.number()";
    case "str":
      return "z.string()";
    case "list":
      return `z.array(${oneOf(shape.items, indent)})`;
    case "map":
    case "object":
      return mappingSource(shape, undefined, indent);
    default:
      // What it is in YAML is unknown here: a pattern was a text, a period a number or a text.
      return "z.unknown()";
  }
}

function recordSource(members: readonly Member[], indent: string): string {
  const values = members.map(([, shape]) => shape);
  return `z.record(z.string(), ${oneOf(values, indent)})`;
}

function oneOf(shapes: readonly Shape[], indent: string): string {
  const sources = [...new Set(shapes.map((shape) => sourceOf(shape, indent)))];
  if (sources.length === 0) return "z.unknown()";
  return sources.length === 1 ? (sources[0] ?? "") : `z.union([${sources.join(", ")}])`;
}

/** Whether keys are data, such as user ids. */
function isRecord(members: readonly Member[]): boolean {
  return members.some(([name]) => !FIXED_KEY.test(name));
}

function nullish(shape: Shape, indent: string): string {
  return shape.is === "none" ? "z.unknown().optional()" : `${sourceOf(shape, indent)}.nullish()`;
}

function optional(source: string): string {
  return `${source}.optional()`;
}

function membersOf(shape: Shape | undefined): readonly Member[] | undefined {
  return shape?.is === "map" || shape?.is === "object" ? shape.members : undefined;
}

function keySource(name: string): string {
  // Otherwise it would be the object's prototype.
  if (name === "__proto__") return '["__proto__"]';
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

function describe(shape: Shape): string {
  const WORDS = {
    none: "None",
    bool: "a bool",
    int: "an int",
    float: "a float",
    str: "a str",
    list: "a list",
    map: "a dict",
  };
  if (shape.is === "object" || shape.is === "other") {
    return IDENTIFIER.test(shape.name) ? `a value of ${shape.name}` : "a value of a class";
  }
  return WORDS[shape.is];
}
